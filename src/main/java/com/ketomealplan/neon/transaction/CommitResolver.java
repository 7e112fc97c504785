package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.TransactionIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of a transaction whose COMMIT had no answer, by its id ({@code pg_xact_status}, PostgreSQL 13 and
 * newer). The id is learnt with the transaction's first statement, at no round trip; a transaction that only reads has none
 * and needs none.
 *
 * <p>An id means something only to the server process that gave it out: after a crash, a restore or a promotion the same id
 * may be given to another transaction. The server is taken for the same one if it was started at the same time, its log has
 * not gone back, and no checkpoint has been made since the transaction began, which is what the recovery from a crash of one
 * of its processes ends with. Otherwise the outcome is unknown, as it is on a replica.
 */
final class CommitResolver {

    private static final Logger LOG = LoggerFactory.getLogger(CommitResolver.class);

    private static final String LOOKUP = """
            SELECT CASE WHEN pg_is_in_recovery() THEN 'on a replica'
                        WHEN %s <> ?
                             OR pg_current_wal_insert_lsn() < ?::pg_lsn
                             OR (SELECT checkpoint_lsn FROM pg_control_checkpoint()) >= ?::pg_lsn
                        THEN 'on a server that may have been restarted'
                        ELSE coalesce(pg_xact_status(?::xid8), 'forgotten') END
            """.formatted(TransactionIdentity.SERVER_START);

    /** It waits for a COMMIT that never arrived: a proxy or the network holds its side of the connection open. */
    private static final String END_IF_IDLE = """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE backend_xid = ?::xid8::xid AND state LIKE 'idle in transaction%'
            """;

    /** For work without a deadline. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** A COMMIT that is under way is given this time before its session, if it is idle, is ended. */
    private static final int LOOKS_BEFORE_END = 3;

    private final DataSource dataSource;
    private final Listeners<UnitListener> listeners;

    /**
     * @param dataSource where to look it up: the pool
     */
    CommitResolver(DataSource dataSource, Listeners<UnitListener> listeners) {
        this.dataSource = dataSource;
        this.listeners = listeners;
    }

    /** Asks until there is an answer or the deadline is over. */
    Fate resolve(TransactionIdentity transaction) {
        Fate fate = found(transaction);
        listeners.forEach(listener -> listener.resolved(fate));
        return fate;
    }

    private Fate found(TransactionIdentity transaction) {
        try {
            return Deadline.within(LONGEST, LONGEST, () -> resolveInTime(transaction));
        } catch (Exception e) {
            LOG.warn("What became of transaction {} could not be found out", transaction.id(), e);
            return Fate.UNKNOWN;
        }
    }

    private Fate resolveInTime(TransactionIdentity transaction) {
        String status = "not asked";
        for (int looks = 0; ; looks++) {
            try (Connection connection = dataSource.getConnection()) {
                status = lookUp(connection, transaction);
                switch (status) {
                    case "committed":
                        return Fate.COMMITTED;
                    case "aborted":
                        return Fate.ABORTED;
                    case "in progress":
                        if (looks >= LOOKS_BEFORE_END) {
                            endIfIdle(connection, transaction);
                        }
                        break;
                    default:
                        LOG.warn("What became of transaction {} is not known {}", transaction.id(), status);
                        return Fate.UNKNOWN;
                }
            } catch (SQLException e) {
                Failure failure = Failure.of(e);
                status = failure.cause();
                boolean passes = failure.outcome() == Failure.Outcome.NOT_SENT
                        ? failure.kind().isTransient()
                        : failure.kind().isGoneAtOnce();
                if (!passes) {
                    break; // such as 22023: an id that this server has not reached
                }
            }
            if (!Pause.before(looks)) {
                break;
            }
        }
        LOG.warn("What became of transaction {} could not be found out in time: {}", transaction.id(), status);
        return Fate.UNKNOWN;
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

    private static void endIfIdle(Connection connection, TransactionIdentity transaction) throws SQLException {
        try (PreparedStatement end = connection.prepareStatement(END_IF_IDLE)) {
            end.setString(1, transaction.id());
            end.executeQuery().close();
        }
    }
}
