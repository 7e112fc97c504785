/**
 * The connection pool: connections, the wait queue, eviction and growth. The borrowed connection is in
 * {@link com.ketomealplan.neon.lease}, and new ones come from {@link com.ketomealplan.neon.gate}.
 *
 * <p>Connections are opened on threads of the gate, not of the callers as in tomcat-jdbc: there, a caller whose log-in hangs does not get a
 * connection that is returned.
 *
 * <p>To read first: {@code ConnectionPool.getConnection} and {@code acceptReturn}.
 */
package com.ketomealplan.neon.pool.core;
