/**
 * Classifies the failures of the database, in one place: {@link com.ketomealplan.neon.failure.Failure}. No other package reads SQLSTATEs,
 * and of the messages of servers only {@code PgConnector} matches one, by which a pooler refuses options.
 *
 * <p>To read first: {@code FailureKind} and {@code FailureRules}.
 */
package com.ketomealplan.neon.failure;
