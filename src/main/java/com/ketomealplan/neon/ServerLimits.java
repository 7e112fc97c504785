package com.ketomealplan.neon;

import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.pool.PoolingStrategy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the connections that all instances may open with those that the server lets this role have, and warns if they are more: before
 * a burst of requests finds it out. The question travels with the one about the changesets, so that nobody waits for it.
 */
final class ServerLimits implements PendingChangesets.Companion {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLimits.class);

    private static final String QUESTION = "SELECT current_setting('max_connections')::int,"
            + " current_setting('superuser_reserved_connections')::int"
            + " + coalesce(current_setting('reserved_connections', true)::int, 0)," // since PostgreSQL 16
            + " role.rolsuper, role.rolname, role.rolconnlimit, database.datname, database.datconnlimit"
            + " FROM pg_catalog.pg_roles AS role, pg_catalog.pg_database AS database"
            + " WHERE role.rolname = session_user AND database.datname = current_database()";

    private final PoolingStrategy strategy;
    private final int max;
    private final int instances;
    private final String target;

    /** Of a service with these settings; none behind a pooler, which is the one that opens connections to the server. */
    static Optional<PendingChangesets.Companion> of(NeonDataSourceFactory factory, Database database) {
        int max = factory.retention(database).max();
        return database.endpoint().pooled()
                ? Optional.empty()
                : Optional.of(new ServerLimits(
                        factory.strategy(),
                        max,
                        factory.instances(),
                        database.endpoint().toString()));
    }

    /**
     * @param max how many connections one instance may open
     * @param instances how many there are
     * @param target how the log names the database
     */
    ServerLimits(PoolingStrategy strategy, int max, int instances, String target) {
        this.strategy = strategy;
        this.max = max;
        this.instances = instances;
        this.target = target;
    }

    /**
     * A limit of the server's.
     *
     * @param inWords what it is, and where it is set
     */
    private record Limit(int connections, String inWords) {}

    @Override
    public String question() {
        return QUESTION;
    }

    @Override
    public void answered(ResultSet answer) throws SQLException {
        if (answer.next()) {
            Optional<Limit> lowest = lowest(answer);
            lowest.filter(limit -> (max + 1L) * instances
                            > limit.connections()) // one more each, for questions about the health
                    .ifPresent(this::warn);
        }
    }

    /** A superuser is kept out by nothing but the server's own maximum. */
    private static Optional<Limit> lowest(ResultSet answer) throws SQLException {
        int maximum = answer.getInt(1);
        int reserved = answer.getInt(2);
        if (answer.getBoolean(3)) {
            return Optional.of(new Limit(maximum, "the server takes %d (max_connections)".formatted(maximum)));
        }
        Limit server = new Limit(
                maximum - reserved,
                "the server takes %d (max_connections %d, of which %d are reserved)"
                        .formatted(maximum - reserved, maximum, reserved));
        Limit role = new Limit(
                answer.getInt(5),
                "the role %s may have %d (its CONNECTION LIMIT)".formatted(answer.getString(4), answer.getInt(5)));
        Limit database = new Limit(
                answer.getInt(7),
                "the database %s takes %d (its CONNECTION LIMIT)".formatted(answer.getString(6), answer.getInt(7)));
        return Stream.of(role, database, server)
                .filter(limit -> limit.connections() >= 0) // -1: none
                .min(Comparator.comparingInt(Limit::connections));
    }

    private void warn(Limit limit) {
        String setting = strategy == PoolingStrategy.POOLED
                ? "POOL_KEEP + POOL_OVERFLOW (database.pooled)"
                : "POOL_MAX_PER_REQUEST (database.perRequest.maxConnections)";
        int fitting = limit.connections() / instances - 1; // one is for questions about the health
        LOG.warn(
                "{}: {} of up to {} connections may open {}, but {}: beyond these, requests wait or fail as database-full. {},"
                        + " or raise the limit, or correct INSTANCES (database.instances)",
                target,
                instances == 1 ? "1 instance" : instances + " instances",
                max,
                (long) max * instances,
                limit.inWords(),
                fitting <= 0
                        ? "Run fewer instances"
                        : "Set " + setting + " to " + fitting
                                + " or less, which leaves one for questions about the health");
    }
}
