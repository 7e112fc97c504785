package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolingStrategy;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** An open database, and the pool of connections to it. Stopping it closes both. */
record DatabaseAccess(NeonDataSourceFactory settings, Database database, Connector connector, WakeGate gate, Pool pool)
        implements PlainDataSource, ManagedDataSource {

    /**
     * Opens the database; starts it if it is the embedded one, for which it blocks. No connection is opened.
     *
     * @param name that of the pool
     */
    static DatabaseAccess open(NeonDataSourceFactory settings, String name) {
        Database database = settings.open();
        Connector connector = settings.connector(database);
        WakeGate gate = new WakeGate(connector);
        return new DatabaseAccess(settings, database, connector, gate, settings.pool(database, gate, name));
    }

    @Override
    public Connection getConnection() throws SQLException {
        return pool.getConnection();
    }

    @Override
    public void stop() {
        pool.stop();
        database.close();
    }

    /** Returns how connections are pooled, for the log. */
    String pooling() {
        int max = pool.statistics().max();
        if (pool.strategy() == PoolingStrategy.POOLED) {
            return "pooled: %d kept, at most %d".formatted(pool.statistics().kept(), max);
        }
        String cost =
                ", as is the default in production. Each unit of work pays for a connection of its own, up to 5 round trips and a"
                        + " log-in; a process that lives for long serves many times as much with POOLING=pooled";
        return "opened per request: none kept, at most %d%s"
                .formatted(max, settings.isPerRequestByDefault() ? cost : "");
    }
}
