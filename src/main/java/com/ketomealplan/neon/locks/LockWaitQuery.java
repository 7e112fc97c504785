package com.ketomealplan.neon.locks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Queries which sessions of this role wait for locks, and which sessions block them, in one round trip. Of a statement, only the
 * comment in front of it is read ({@link StatementTag}).
 */
public final class LockWaitQuery {

    /** The time limit of the query, on the server and for the caller. */
    static final Duration TIMEOUT = Duration.ofMillis(100);

    /** The number of blockers that are named for one session. */
    private static final int MAX_BLOCKERS = 3;

    /**
     * Selects the blockers of the sessions that have waited longest, and the blockers of those. Both are limited: in a queue for one lock,
     * each session is blocked by all sessions before it.
     */
    private static final String SQL = """
            WITH sessions AS MATERIALIZED (
              SELECT pid, usename, datname, application_name, state, wait_event_type, xact_start, query_start, state_change,
                     substring(query FROM '^/\\*[^*]*\\*/') AS tag
              FROM pg_stat_activity WHERE pid <> pg_backend_pid()),
            locks AS MATERIALIZED (
              SELECT pid, locktype, mode, granted, relation, database FROM pg_locks
              WHERE pid IS NOT NULL AND locktype NOT IN ('virtualxid', 'spectoken') AND mode <> 'SIReadLock'),
            waiting AS MATERIALIZED (
              SELECT pid FROM sessions
              WHERE usename = current_user AND datname = current_database() AND wait_event_type = 'Lock'
              ORDER BY query_start LIMIT 20),
            direct AS MATERIALIZED (
              SELECT DISTINCT waiting.pid, blocker FROM waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocker),
            further AS MATERIALIZED (
              SELECT DISTINCT direct.blocker AS pid FROM direct JOIN locks ON locks.pid = direct.blocker AND NOT locks.granted
              WHERE direct.blocker NOT IN (SELECT pid FROM waiting) ORDER BY 1 LIMIT 5),
            edges AS (
              SELECT pid, blocker FROM direct
              UNION SELECT further.pid, blocker FROM further, unnest(pg_blocking_pids(further.pid)) AS blocker)
            SELECT edges.pid, edges.blocker, edges.pid IN (SELECT pid FROM waiting) AS ours,
                   waiter.tag AS waiter_tag, extract(epoch FROM clock_timestamp() - waiter.query_start) AS waiter_seconds,
                   wanted.locktype, wanted.mode,
                   CASE WHEN wanted.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        THEN wanted.relation::regclass::text END AS relation,
                   other.usename, nullif(other.application_name, '') AS application_name, other.state, other.tag,
                   extract(epoch FROM clock_timestamp() - other.xact_start) AS transaction_seconds,
                   extract(epoch FROM clock_timestamp() - other.state_change) AS state_seconds,
                   (SELECT string_agg(DISTINCT held.mode, ', ') FROM locks AS held
                    WHERE held.pid = edges.blocker AND held.granted AND held.locktype = 'relation'
                      AND held.relation = wanted.relation AND held.database = wanted.database) AS held,
                   EXISTS (SELECT FROM locks WHERE locks.pid = edges.blocker AND NOT locks.granted) AS waits
            FROM edges
            LEFT JOIN sessions AS waiter ON waiter.pid = edges.pid
            LEFT JOIN sessions AS other ON other.pid = edges.blocker
            LEFT JOIN locks AS wanted ON wanted.pid = edges.pid AND NOT wanted.granted
            ORDER BY waiter.query_start, edges.pid
            """;

    /** A role that was set sees the sessions of the one that has logged in no more than those of strangers. */
    private static final String AS_LOGGED_IN = "set_config('role', 'none', true)";

    private LockWaitQuery() {}

    /**
     * Executes the query. Blocks: the server cancels it after {@link #TIMEOUT}, but it may not answer at all, so the caller sets a limit of
     * its own.
     *
     * @param connection an open connection that is in no transaction
     */
    public static LockWaits execute(Connection connection) throws SQLException {
        Map<Integer, BlockedSession> blocked = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('statement_timeout', '" + TIMEOUT.toMillis() + "', true), "
                    + AS_LOGGED_IN + ";" + SQL);
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                while (row.next()) {
                    blocked.computeIfAbsent(row.getInt("pid"), pid -> new BlockedSession())
                            .add(row);
                }
            }
        }
        return new LockWaits(
                Instant.now(),
                blocked.entrySet().stream()
                        .filter(session -> session.getValue().ofThisRole)
                        .map(session -> session.getValue().toLockWait(session.getKey(), blocked))
                        .toList());
    }

    /** A session that waits for a lock: its rows. */
    private static final class BlockedSession {

        private boolean ofThisRole;
        private StatementTag tag = StatementTag.NONE;
        private Optional<Duration> runtime = Optional.empty();
        private String lock = "";
        private final List<Blocker> blockers = new ArrayList<>();

        void add(ResultSet row) throws SQLException {
            ofThisRole = row.getBoolean("ours");
            tag = StatementTag.of(row.getString("waiter_tag"));
            runtime = seconds(row, "waiter_seconds");
            lock = lock(row);
            Blocker blocker = blocker(row);
            if (blockers.stream().noneMatch(known -> known.pid() == blocker.pid())) {
                blockers.add(blocker);
            }
        }

        /** Adds the blockers of its blockers: an operator looks for the session at the head of the queue. */
        LockWait toLockWait(int pid, Map<Integer, BlockedSession> blocked) {
            List<Blocker> all = new ArrayList<>(blockers);
            blockers.stream()
                    .filter(Blocker::waits)
                    .map(blocker -> blocked.get(blocker.pid()))
                    .filter(session -> session != null && session != this)
                    .flatMap(session -> session.blockers.stream())
                    .filter(blocker ->
                            blocker.pid() != pid && all.stream().noneMatch(known -> known.pid() == blocker.pid()))
                    .distinct()
                    .forEach(all::add);
            all.sort(Comparator.comparing(Blocker::waits)
                    .thenComparing(
                            blocker -> blocker.transactionAge().orElse(Duration.ZERO), Comparator.reverseOrder()));
            int named = Math.min(MAX_BLOCKERS, all.size());
            return new LockWait(pid, tag, runtime, lock, List.copyOf(all.subList(0, named)), all.size() - named, true);
        }

        private static String lock(ResultSet row) throws SQLException {
            String type = row.getString("locktype");
            if (type == null) {
                return "a lock"; // it was granted since
            }
            Optional<String> relation = text(row, "relation");
            return switch (type) {
                case "transactionid" -> "another transaction to end, which has changed the same row";
                case "tuple" -> "a row" + relation.map(name -> " of " + name).orElse("");
                case "relation" -> row.getString("mode") + " on " + relation.orElse("a relation");
                default ->
                    row.getString("mode") + " (" + type + ")"
                            + relation.map(name -> " on " + name).orElse("");
            };
        }

        private static Blocker blocker(ResultSet row) throws SQLException {
            return new Blocker(
                    row.getInt("blocker"),
                    text(row, "usename"),
                    text(row, "application_name"),
                    text(row, "state"),
                    seconds(row, "transaction_seconds"),
                    seconds(row, "state_seconds"),
                    StatementTag.of(row.getString("tag")),
                    text(row, "held"),
                    row.getBoolean("waits"));
        }

        private static Optional<String> text(ResultSet row, String column) throws SQLException {
            return Optional.ofNullable(row.getString(column))
                    .map(text -> text.replaceAll("\\p{Cntrl}|\\s+", " ").strip());
        }

        private static Optional<Duration> seconds(ResultSet row, String column) throws SQLException {
            double seconds = row.getDouble(column);
            return row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(Math.round(seconds * 1e3)));
        }
    }
}
