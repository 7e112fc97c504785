/**
 * The connection pool: connections, the wait queue, eviction and growth. The borrowed connection is in
 * {@link com.ketomealplan.neon.lease}, and new ones come from {@link com.ketomealplan.neon.gate}.
 *
 * <p>Connections are opened on threads of the gate. In tomcat-jdbc a caller opens its own, so while its log-in hangs it gets no connection
 * that is returned meanwhile.
 *
 * <p>To read first: {@code ConnectionPool.getConnection} and {@code acceptReturn}.
 */
package com.ketomealplan.neon.pool.core;
