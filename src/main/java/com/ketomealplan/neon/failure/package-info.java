/**
 * Classifies the failures of the database, in one place: {@link com.ketomealplan.neon.failure.Failure}. No other package reads SQLSTATEs
 * or messages of servers.
 *
 * <p>To read first: {@code FailureKind} and {@code FailureRules}.
 */
package com.ketomealplan.neon.failure;
