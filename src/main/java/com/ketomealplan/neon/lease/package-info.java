/**
 * The borrowed connection: the JDBC handle and its statements, the states of its lease, its deadline, and the prologue of its
 * transactions. Depends on one open connection ({@link com.ketomealplan.neon.connect}), not on the pool.
 *
 * <p>To read first: {@code Lease}, {@code LeaseState}, and {@code LeaseWatch}, which ends what takes too long.
 */
package com.ketomealplan.neon.lease;
