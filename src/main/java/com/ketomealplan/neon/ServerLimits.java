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
 * Warns if all instances together may open more connections than the server allows this role. Its query is sent together with the one for
 * the changesets, at no round trip.
 */
final class ServerLimits implements PendingChangesets.Companion {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLimits.class);

    private static final String QUERY = "SELECT current_setting('max_connections')::int,"
            + " current_setting('superuser_reserved_connections')::int"
            + " + coalesce(current_setting('reserved_connections', true)::int, 0)," // since PostgreSQL 16
            + " role.rolsuper, role.rolname, role.rolconnlimit, database.datname, database.datconnlimit"
            + " FROM pg_catalog.pg_roles AS role, pg_catalog.pg_database AS database"
            + " WHERE role.rolname = session_user AND database.datname = current_database()";

    private final PoolingStrategy strategy;
    private final int max;
    private final int instances;
    private final String target;

    /** Returns the limits of a service with these settings; empty behind a pooler, which opens the connections to the server. */
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
     * @param max the maximum number of connections of one instance
     * @param instances the number of instances
     * @param target the database, for the log
     */
    ServerLimits(PoolingStrategy strategy, int max, int instances, String target) {
        this.strategy = strategy;
        this.max = max;
        this.instances = instances;
        this.target = target;
    }

    /**
     * A limit of the server.
     *
     * @param inWords the limit and where it is set, for the log
     */
    private record Limit(int connections, String inWords) {}

    @Override
    public String query() {
        return QUERY;
    }

    @Override
    public void onResult(ResultSet answer) throws SQLException {
        if (answer.next()) {
            Optional<Limit> lowest = lowest(answer);
            lowest.filter(limit -> mostConnections() > limit.connections()).ifPresent(this::warn);
        }
    }

    /** Returns how many connections all instances may open, with one each for health checks. */
    private long mostConnections() {
        return (max + 1L) * instances;
    }

    /** Returns the lowest limit. For a superuser only {@code max_connections} applies. */
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
        int fitting = limit.connections() / instances - 1; // one is for health checks
        LOG.warn(
                "{}: {} of up to {} connections may open {}, with one {}for health checks, but {}: beyond these, requests wait or"
                        + " fail as database-full. {}, or raise the limit, or correct INSTANCES (database.instances)",
                target,
                instances == 1 ? "1 instance" : instances + " instances",
                max,
                mostConnections(),
                instances == 1 ? "" : "each ",
                limit.inWords(),
                fitting <= 0
                        ? "Run fewer instances"
                        : "Set " + setting + " to " + fitting + " or less, which leaves one for health checks");
    }
}
