package com.ketomealplan.neon.lease;

/**
 * What tells later what became of a transaction ({@code pg_xact_status}), and whether the server is then still the one that
 * it ran on: one that was restarted, restored or replaced may have given the same id to another transaction.
 *
 * @param id PostgreSQL's xid8
 * @param walPosition how far the server's log was on disk when the transaction began: a recovery goes at least so far
 * @param serverStart when the server was started
 */
public record TransactionIdentity(String id, String walPosition, String serverStart) {

    /** Not as a time, whose text depends on the session's time zone. */
    public static final String SERVER_START = "extract(epoch FROM pg_postmaster_start_time())::text";
}
