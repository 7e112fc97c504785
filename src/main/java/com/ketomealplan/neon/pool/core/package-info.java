/**
 * The connection pool: connections, the wait queue, eviction and growth. The borrowed connection is in
 * {@link com.ketomealplan.neon.lease}, and new ones come from {@link com.ketomealplan.neon.gate}.
 *
 * <p>To read first: {@code ConnectionPool.getConnection} and {@code acceptReturn}.
 */
package com.ketomealplan.neon.pool.core;
