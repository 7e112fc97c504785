package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.pool.Pool;
import io.dropwizard.db.ManagedDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** A pool that also closes its database when it is stopped. */
record OwningPool(Pool pool, Database database) implements PlainDataSource, ManagedDataSource {

    @Override
    public Connection getConnection() throws SQLException {
        return pool.getConnection();
    }

    @Override
    public void stop() {
        pool.stop();
        database.close();
    }
}
