package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.lease.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up the outcome of a COMMIT that had no answer, by the transaction's id ({@code pg_xact_status}, PostgreSQL 13 and
 * newer). The id is queried with the transaction's first statement, at no round trip; a read-only transaction has none
 * and needs none.
 *
 * <p>An id is valid only on the server that has assigned it: after a crash, a restore or a promotion the same id may be
 * assigned again. The server is taken for the same one if it was started at the same time, its WAL has not gone back, and
 * no checkpoint was made since the transaction began: a crash recovery ends with one. (A server that runs makes one every
 * {@code checkpoint_timeout}, too, which cannot be told apart.) Otherwise the outcome is unknown, as it is on a replica.
 */
final class CommitResolver {

    private static final Logger LOG = LoggerFactory.getLogger(CommitResolver.class);

    private static final String LOOKUP = """
            SELECT CASE WHEN pg_is_in_recovery() THEN 'connected to a replica'
                        WHEN %s <> ?
                             OR pg_current_wal_insert_lsn() < ?::pg_lsn
                        THEN 'the server was restarted, or is another one'
                        WHEN (SELECT checkpoint_lsn FROM pg_control_checkpoint()) >= ?::pg_lsn
                        THEN 'the server has made a checkpoint since, as after a crash'
                        ELSE coalesce(pg_xact_status(?::xid8), 'the server has no record of it') END
            """.formatted(TransactionIdentity.SERVER_START);

    /**
     * Ends a session that waits for a COMMIT that never arrived: a proxy or the network keeps its side of the connection open. As the role
     * that has logged in, because another one that was set does not see its sessions.
     */
    private static final String TERMINATE_IF_IDLE = """
            SELECT set_config('role', 'none', true);
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE backend_xid = ?::xid8::xid AND state LIKE 'idle in transaction%'
            """;

    /** The time limit where there is no deadline. */
    private static final Duration MAX_TIME = Duration.ofSeconds(5);

    /** The number of lookups before an idle session is terminated: a COMMIT may still be under way. */
    private static final int LOOKUPS_BEFORE_TERMINATION = 3;

    private final DataSource dataSource;
    private final Listeners<UnitListener> listeners;

    /**
     * @param dataSource the pool, for the connections of the lookups
     */
    CommitResolver(DataSource dataSource, Listeners<UnitListener> listeners) {
        this.dataSource = dataSource;
        this.listeners = listeners;
    }

    /** Looks the outcome up until it is known or the deadline has passed. */
    CommitOutcome resolve(TransactionIdentity transaction) {
        CommitOutcome outcome = lookUpOutcome(transaction);
        listeners.forEach(listener -> listener.onCommitResolved(outcome));
        return outcome;
    }

    private CommitOutcome lookUpOutcome(TransactionIdentity transaction) {
        try {
            return Deadline.within(MAX_TIME, MAX_TIME, () -> lookUpUntilKnown(transaction));
        } catch (Exception e) {
            LOG.warn("Commit outcome of {} unknown: lookup failed", transaction.id(), e);
            return CommitOutcome.UNKNOWN;
        }
    }

    private CommitOutcome lookUpUntilKnown(TransactionIdentity transaction) {
        String status = "no lookup";
        for (int lookups = 0; ; lookups++) {
            try (Connection connection = dataSource.getConnection()) {
                status = lookUp(connection, transaction);
                switch (status) {
                    case "committed":
                        return CommitOutcome.COMMITTED;
                    case "aborted":
                        return CommitOutcome.ABORTED;
                    case "in progress":
                        if (lookups >= LOOKUPS_BEFORE_TERMINATION) {
                            terminateIfIdle(connection, transaction);
                        }
                        break;
                    default:
                        LOG.warn("Commit outcome of {} unknown: {}", transaction.id(), status);
                        return CommitOutcome.UNKNOWN;
                }
            } catch (SQLException e) {
                Failure failure = Failure.of(e);
                status = failure.cause();
                boolean retryable = failure.outcome() == Failure.Outcome.NOT_SENT
                        ? failure.kind().isTransient()
                        : failure.kind().isRetryableImmediately();
                if (!retryable) {
                    break; // such as 22023: an id that this server has not reached
                }
            }
            if (!RetryBackoff.sleep(lookups)) {
                break;
            }
        }
        LOG.warn("Commit outcome of {} unknown at the deadline: {}", transaction.id(), status);
        return CommitOutcome.UNKNOWN;
    }

    private static String lookUp(Connection connection, TransactionIdentity transaction) throws SQLException {
        try (PreparedStatement lookup = connection.prepareStatement(LOOKUP)) {
            lookup.setString(1, transaction.serverStart());
            lookup.setString(2, transaction.walPosition());
            lookup.setString(3, transaction.walPosition());
            lookup.setString(4, transaction.id());
            try (ResultSet row = lookup.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static void terminateIfIdle(Connection connection, TransactionIdentity transaction) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(TERMINATE_IF_IDLE)) {
            end.setString(1, transaction.id());
            end.execute();
        }
    }
}
