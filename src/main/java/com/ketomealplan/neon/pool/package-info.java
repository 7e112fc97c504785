/**
 * The connection pool: connections, the wait queue, eviction and growth. Both strategies, pooled and per request, are a
 * {@link com.ketomealplan.neon.pool.Pool}. The borrowed connection is in {@link com.ketomealplan.neon.lease}.
 *
 * <p>To read first: {@code ConnectionPool.getConnection} and {@code acceptReturn}.
 */
package com.ketomealplan.neon.pool;
