/**
 * The borrowed connection: the JDBC handle and its statements, the states of its lease, its deadline, and the prologue of its
 * transactions. Depends on one open connection ({@link com.ketomealplan.neon.connect}), not on the pool.
 */
package com.ketomealplan.neon.lease;
