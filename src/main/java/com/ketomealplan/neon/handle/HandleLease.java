package com.ketomealplan.neon.handle;

import java.sql.SQLException;
import java.time.Duration;

/** What a handle asks of the lease that it belongs to. */
public interface HandleLease {

    /** Returns whether the connection is still borrowed. */
    boolean isOpen();

    /** Throws if the borrower may not use the connection any more. */
    void checkUsable() throws SQLException;

    /** Returns the time from the start of the borrower's deadline to its end, without a wake. */
    Duration timeLimit();

    /** Returns the time to the deadline; zero if it has passed. */
    Duration remainingTime();

    /** Throws if the deadline has passed; else a statement is about to be sent. */
    void beforeSend() throws SQLException;

    /** A statement was answered or has failed. */
    void onAnswered();

    /** Throws if it is too late for COMMIT; else it is about to be sent, and nothing is cancelled until {@link #endCommit}. */
    void startCommit() throws SQLException;

    /** COMMIT was answered, or will not be. */
    void endCommit();

    /** The session was altered: the connection is not used again. */
    void markAltered();

    /** Returns whether its borrower has discarded it. */
    boolean isDiscarded();

    /** Returns what a borrower has beyond JDBC, with the transactions of its handle. */
    LeasedTransaction leasedTransaction(HandleTransaction transaction);

    /** Returns the connection, unless that was done before. */
    void close();

    /** Returns the connection, which the driver has aborted. */
    void abort();
}
