/**
 * What is done with connections: kept for the next unit of work, or opened and closed for each. Both ways are a
 * {@link com.ketomealplan.neon.pool.Pool}, and nobody outside asks which of them it is to do its work. What a borrower
 * does with a connection is {@link com.ketomealplan.neon.lease}.
 */
package com.ketomealplan.neon.pool;
