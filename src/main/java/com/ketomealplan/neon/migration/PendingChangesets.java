package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.connect.BoundedQueries;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.migration.ChangeLog.Changeset;
import com.ketomealplan.neon.transaction.UnitListener;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the changesets of the service with those of the database, and warns of pending ones, once for each number. Runs on an open
 * connection: of the first unit of work, which is delayed by it, or of a health check; and again when units fail because of the
 * schema, at most once a minute. Thread-safe.
 */
public final class PendingChangesets implements UnitListener {

    private static final Logger LOG = LoggerFactory.getLogger(PendingChangesets.class);

    private static final String READABLE = "SELECT to_regclass('databasechangelog') IS NULL,"
            + " has_table_privilege(to_regclass('databasechangelog'), 'SELECT')";
    private static final String APPLIED = "SELECT author, id FROM databasechangelog";

    /** The maximum number of failed attempts. */
    private static final int MAX_FAILURES = 3;

    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    /** Another query, which is sent together with the one for the changesets. */
    public interface Companion {

        /** Returns one SQL statement. */
        String query();

        /** Handles its result. */
        void onResult(ResultSet answer) throws SQLException;
    }

    /** A transaction in which a comparison runs. */
    @FunctionalInterface
    public interface Transaction {
        void run(BoundedQueries.Queries comparison) throws SQLException;
    }

    private final String file;
    private final String target;
    private final AtomicReference<Companion> companion;
    private int known;
    private volatile boolean due = true;
    private final AtomicInteger failures = new AtomicInteger();
    private long comparedNanos;

    /**
     * @param file the root of the change log, on the class path
     * @param target the database, for the log
     * @param companion another query, which is sent once
     */
    public PendingChangesets(String file, String target, Optional<Companion> companion) {
        this.file = file;
        this.target = target;
        this.companion = new AtomicReference<>(companion.orElse(null));
    }

    @Override
    public void onRollback(Throwable failure) {
        if (Failure.of(failure).kind() == FailureKind.SCHEMA_MISMATCH) {
            synchronized (this) {
                due = due || System.nanoTime() - comparedNanos > PAUSE_NANOS;
            }
        }
    }

    /** Compares in a transaction, in which the settings of the unit apply, also through poolers. */
    @Override
    public void onRelease(Connection connection) {
        try {
            compareIfDue(comparison -> {
                connection.setAutoCommit(false);
                try {
                    comparison.execute(connection);
                } finally {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            });
        } catch (SQLException e) { // the outcome of the unit does not change
            LOG.debug("Changesets of {} could not be compared", target, e);
        }
    }

    /** Compares in a transaction of the caller, if that is due. After each of the first {@link #MAX_FAILURES} - 1 failures it is due again. */
    public void compareIfDue(Transaction transaction) throws SQLException {
        if (!claim()) {
            return;
        }
        boolean compared = false;
        try {
            transaction.run(this::compare);
            compared = true;
        } finally {
            if (!compared) {
                due = failures.incrementAndGet() < MAX_FAILURES;
            }
        }
    }

    /** Returns whether a comparison is due, and the caller is the one to make it. */
    boolean claim() {
        if (!due) {
            return false;
        }
        synchronized (this) {
            boolean claimed = due;
            due = false;
            comparedNanos = System.nanoTime();
            return claimed;
        }
    }

    /** Queries the database, and warns of pending changesets. */
    public void compare(Connection connection) throws SQLException {
        count(connection).ifPresent(this::warn);
    }

    /**
     * Counts the pending changesets.
     *
     * @return empty if unknown: the format of the change log is not supported, or the role may not read the table of applied changesets
     */
    Optional<Integer> count(Connection connection) throws SQLException {
        Optional<Set<Changeset>> expected = ChangeLog.read(file);
        Optional<Set<Changeset>> applied = applied(connection);
        if (expected.isEmpty() || applied.isEmpty()) {
            return Optional.empty();
        }
        Set<Changeset> pending = new HashSet<>(expected.get());
        pending.removeAll(applied.get());
        return Optional.of(pending.size());
    }

    private synchronized void warn(int pending) {
        if (pending > 0 && pending != known) {
            LOG.warn("{}", Migrations.describe(pending, target));
        }
        known = pending;
    }

    private Optional<Set<Changeset>> applied(Connection connection) throws SQLException {
        Companion other = companion.get();
        Optional<Savepoint> before = other == null || connection.getAutoCommit()
                ? Optional.empty()
                : Optional.of(connection.setSavepoint()); // the failure of a query fails its transaction
        try {
            return applied(connection, other);
        } catch (SQLException e) {
            if (other == null || !companion.compareAndSet(other, null)) {
                throw e;
            }
            return again(
                    connection, before, e); // the server may not support the companion's query, or not to this role
        }
    }

    /** Repeats the query without the companion. If that fails too, as on a lost connection, throws the first failure. */
    private Optional<Set<Changeset>> again(Connection connection, Optional<Savepoint> before, SQLException first)
            throws SQLException {
        try {
            if (before.isPresent()) {
                connection.rollback(before.get());
            }
            return applied(connection, null);
        } catch (SQLException e) {
            first.addSuppressed(e);
            throw first;
        }
    }

    private Optional<Set<Changeset>> applied(Connection connection, Companion other) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean absent;
            boolean readable;
            statement.execute(other == null ? READABLE : READABLE + "; " + other.query());
            try (ResultSet table = statement.getResultSet()) {
                table.next();
                absent = table.getBoolean(1);
                readable = table.getBoolean(2);
            }
            if (other != null && statement.getMoreResults() && companion.compareAndSet(other, null)) {
                try (ResultSet answer = statement.getResultSet()) {
                    other.onResult(answer);
                }
            }
            if (absent) {
                return Optional.of(Set.of());
            }
            if (!readable) {
                return Optional.empty();
            }
            Set<Changeset> found = new HashSet<>();
            try (ResultSet rows = statement.executeQuery(APPLIED)) {
                while (rows.next()) {
                    found.add(new Changeset(rows.getString(1), rows.getString(2)));
                }
            }
            return Optional.of(found);
        }
    }
}
