/**
 * Opens one physical connection: TCP, TLS and log-in, each within its time limit, and encrypted requests to cancel. How many are opened at
 * once, and when, is decided in {@link com.ketomealplan.neon.gate}. Also what the other packages share: {@code Timer}, the one thread of
 * timeouts; {@code Listeners}; {@code PlainDataSource}; {@code BoundedQueries}, queries with a time limit; and {@code ReadOnlyDefault}, which a
 * session keeps.
 *
 * <p>To read first: {@code PgConnector.open}, and {@code TimedAttempt} for its time limits.
 */
package com.ketomealplan.neon.connect;
