package com.ketomealplan.neon.handle;

/**
 * Identifies a transaction, so that its commit outcome can be looked up later ({@code pg_xact_status}), and its server: one that
 * was restarted, restored or replaced may have given the same id to another transaction.
 *
 * @param id PostgreSQL's xid8
 * @param walPosition the flushed WAL position when the transaction began: a recovery reaches at least this position
 * @param serverStart when the server was started
 */
public record TransactionIdentity(String id, String walPosition, String serverStart) {

    /** As epoch seconds: the text of a timestamp depends on the session's time zone. */
    public static final String SERVER_START = "extract(epoch FROM pg_postmaster_start_time())::text";
}
