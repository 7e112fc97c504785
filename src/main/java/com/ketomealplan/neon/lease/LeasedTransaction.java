package com.ketomealplan.neon.lease;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** A pool's connection, with what JDBC has no words for. */
public interface LeasedTransaction {

    /** Empty if the connection is not one of our pool's. */
    static Optional<LeasedTransaction> of(Connection connection) {
        try {
            return connection.isWrapperFor(LeasedTransaction.class)
                    ? Optional.of(connection.unwrap(LeasedTransaction.class))
                    : Optional.empty();
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    /** The last transaction that was open; empty if it only reads, or if the server never told. */
    Optional<TransactionIdentity> identity();

    /** Whether the server refuses its writes. */
    boolean onlyReads();

    /**
     * Lets read-only transactions of the server's isolation level be none: at READ COMMITTED its statements have no snapshot in common, so
     * each plain query is sent alone, in one flight, and the server refuses its writes all the same. What is more than a plain query
     * begins a transaction.
     */
    void readApart();

    /**
     * Whether something was committed, or may have been past this connection, by SQL or by the driver's own connection: then an attempt
     * that failed may have left something behind.
     */
    boolean isEscaped();

    /** What became of a COMMIT. */
    enum Commit {
        NOT_SENT,
        /** The connection ended before an answer came. */
        UNANSWERED,
        /** The server answered by an error: it rolled back. */
        REFUSED,
        DONE
    }

    Commit lastCommit();

    /** Lets a statement be sent with the COMMIT of the transaction that is open; if it is rolled back, it is not. */
    void commitWith(LastStatement last);

    /** Why the connection was closed under its borrower, if it was: its deadline, or idleness in its transaction. */
    Optional<String> endedBecause();

    /** Whether its deadline has passed, or its statement was cancelled because of that. */
    boolean isOutOfTime();

    /** What the time of its borrower has gone by with, and what its statement was found to wait for, for logs. */
    String times();

    /** Closes the connection, whatever is on it, and makes room in the pool. */
    void discard();

    /** A statement is about to be sent; its name, for whoever asks what the connection is used for. */
    void executes(String name);

    /** How long its borrower stood in line for it. */
    Duration waited();
}
