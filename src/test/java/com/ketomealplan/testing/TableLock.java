package com.ketomealplan.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A lock on a table, held by a session past all pools: whoever writes or reads there waits until this is closed. */
public final class TableLock implements AutoCloseable {

    private final Connection session;
    private final String table;

    private TableLock(Connection session, String table) {
        this.session = session;
        this.table = table;
    }

    public static TableLock on(TestDatabase database, String table) throws SQLException {
        Connection session = database.connect();
        session.setAutoCommit(false);
        try (Statement lock = session.createStatement()) {
            lock.execute("LOCK TABLE " + table);
        }
        return new TableLock(session, table);
    }

    /** How many sessions wait for it now, as the server sees it. The server may be shared with other tests' databases. */
    public int waiters() throws SQLException {
        try (PreparedStatement query = session.prepareStatement("""
                SELECT count(*) FROM pg_locks
                WHERE NOT granted AND relation = ?::regclass
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
