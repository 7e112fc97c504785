/**
 * What others see of a connection pool: {@link com.ketomealplan.neon.pool.Pool}, the same for both strategies (pooled, per request); its
 * statistics, listeners and settings. How it works is in {@link com.ketomealplan.neon.pool.core}.
 */
package com.ketomealplan.neon.pool;
