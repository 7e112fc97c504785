/**
 * What others see of a connection pool: {@link com.ketomealplan.neon.pool.Pool}, which both strategies are, pooled and per request; its
 * statistics, listeners and settings. How it works is in {@link com.ketomealplan.neon.pool.core}.
 */
package com.ketomealplan.neon.pool;
