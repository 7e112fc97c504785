/**
 * A borrower's connection: the JDBC handle and its statements, the states of its lease, its deadline, and what its transactions
 * begin with. It knows one open connection ({@link com.ketomealplan.neon.connect}) and nothing of the pool.
 */
package com.ketomealplan.neon.lease;
