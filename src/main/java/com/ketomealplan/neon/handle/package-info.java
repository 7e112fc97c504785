/**
 * The borrower's JDBC: handles of the connection, its statements and their result sets, the settings of transactions, and the prologue that
 * sends them. The time and the state of a borrowed connection are in {@link com.ketomealplan.neon.lease}.
 *
 * <p>To read first: {@code ConnectionHandle}, and {@code HandleTransaction} for what is sent.
 */
package com.ketomealplan.neon.handle;
