/**
 * The connection pool: connections, the wait queue, eviction and growth. Both strategies, pooled and per request, are a
 * {@link com.ketomealplan.neon.pool.Pool}. The borrowed connection is in {@link com.ketomealplan.neon.lease}.
 */
package com.ketomealplan.neon.pool;
