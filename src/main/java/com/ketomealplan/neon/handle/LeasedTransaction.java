package com.ketomealplan.neon.handle;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** A borrowed connection's transaction, with what JDBC has no methods for. */
public interface LeasedTransaction {

    /** Returns the transaction of a connection; empty if it is not one of our pool. */
    static Optional<LeasedTransaction> of(Connection connection) {
        try {
            return connection.isWrapperFor(LeasedTransaction.class)
                    ? Optional.of(connection.unwrap(LeasedTransaction.class))
                    : Optional.empty();
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    /** Returns the identity of the current or last transaction; empty if it is read-only, or was never queried. */
    Optional<TransactionIdentity> identity();

    /** Returns whether the server refuses writes. */
    boolean isReadOnly();

    /**
     * Allows plain queries of a read-only transaction to be sent without BEGIN, in one round trip each. At READ COMMITTED its
     * statements have no common snapshot anyway; the server still refuses writes. Any other statement begins a transaction.
     */
    void allowStandaloneReads();

    /**
     * Returns whether something was committed, or may have been, by a statement or through the driver's own connection: then an attempt
     * that failed may have stored something.
     */
    boolean mayHaveCommitted();

    /** The result of a COMMIT. */
    enum Commit {
        NOT_SENT,
        /** The connection was lost before an answer came. */
        UNANSWERED,
        /** The server answered with an error: it rolled back. */
        REFUSED,
        DONE
    }

    Commit lastCommit();

    /** Sets a statement that is sent with the COMMIT of the open transaction. */
    void commitWith(LastStatement last);

    /** Returns why the connection was closed under its borrower, if it was: its deadline, or idleness in its transaction. */
    Optional<String> closeReason();

    /** Returns whether its deadline has passed, or its statement was cancelled because of that. */
    boolean isTimedOut();

    /** Returns the role that has logged in. */
    String role();

    /** Returns how the borrower's time was spent, and what its statement was found to wait for, for logs. */
    String describeTimes();

    /** Closes the connection at once, and makes room in the pool. */
    void discard();

    /** Sets the name of the statement that is about to be sent, for reports of the connection's use. */
    void beginStatement(String name);

    /** Returns how long its borrower was in the wait queue. */
    Duration waited();
}
