/**
 * The lease of a borrowed connection: its states, its deadline, cancelling, and leaks. The borrower's JDBC is in
 * {@link com.ketomealplan.neon.handle}. Depends on one open connection ({@link com.ketomealplan.neon.connect}), not on the pool.
 *
 * <p>To read first: {@code Lease}, {@code LeaseState}, and {@code LeaseWatch}, which ends what takes too long.
 */
package com.ketomealplan.neon.lease;
