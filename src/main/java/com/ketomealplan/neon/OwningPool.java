package com.ketomealplan.neon;

import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import java.sql.Connection;
import java.sql.SQLException;

/** A pool whose end is also the end of its database's use. */
record OwningPool(Pool pool, Database database) implements Pool {

    @Override
    public Connection getConnection() throws SQLException {
        return pool.getConnection();
    }

    @Override
    public PoolingStrategy strategy() {
        return pool.strategy();
    }

    @Override
    public PoolStatistics statistics() {
        return pool.statistics();
    }

    @Override
    public void stop() {
        pool.stop();
        database.close();
    }
}
