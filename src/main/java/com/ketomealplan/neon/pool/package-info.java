/**
 * What is done with connections: kept for the next unit of work, or opened and closed for each. Both ways are a
 * {@link com.ketomealplan.neon.pool.Pool}, and nobody outside asks which of them it is to do its work. Who borrows one has it
 * until his {@link com.ketomealplan.neon.pool.Deadline}, with what he sets of the session for his transaction only.
 */
package com.ketomealplan.neon.pool;
