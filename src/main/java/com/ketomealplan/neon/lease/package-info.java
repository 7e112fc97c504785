/**
 * The lease of a borrowed connection: its states, its deadline, cancelling, and leaks. The borrower's JDBC is in
 * {@link com.ketomealplan.neon.handle}. Depends on one open connection ({@link com.ketomealplan.neon.connect}), not on the pool. Also
 * the name of a thread's unit of work ({@code Purpose}), the keys of its request in the log ({@code LogContext}), and the timer that runs
 * while there are leases ({@code Ticker}).
 *
 * <p>To read first: {@code Lease}, {@code LeaseState}, and {@code LeaseWatch}, which ends what takes too long.
 */
package com.ketomealplan.neon.lease;
