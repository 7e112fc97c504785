package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A borrower's connection as JDBC sees it: closing it gives it back, once, with all that was made from it, and what JDBC would change of
 * the session is done for its transactions ({@link HandleTransaction}). As thread-safe as pgjdbc's.
 */
final class ConnectionHandle extends DelegatingConnection {

    private final Lease lease;
    private final PhysicalConnection physical;
    private final Connection jdbc;
    private final HandleTransaction transaction;
    /** Those that are not closed; guarded by itself. */
    private final List<Statement> statements = new ArrayList<>(2);

    ConnectionHandle(Lease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
        this.jdbc = physical.jdbc();
        this.transaction = new HandleTransaction(lease, physical);
    }

    HandleTransaction transaction() {
        return transaction;
    }

    /** Complains if the connection cannot be used. */
    void checkUsable() throws SQLException {
        lease.checkUsable();
    }

    /** The driver's connection, for what is neither a statement nor of a transaction. */
    @Override
    Connection driver() throws SQLException {
        lease.checkUsable();
        return jdbc;
    }

    @Override
    Connection altering() throws SQLException {
        lease.checkUsable();
        lease.alter();
        return jdbc;
    }

    // its end

    @Override
    public void close() {
        lease.close();
    }

    /** The lease is over: nothing that was made from it can be used any more. By whichever thread ended it. */
    void end(boolean unusable) {
        List<Statement> open;
        synchronized (statements) {
            open = statements.isEmpty() ? List.of() : List.copyOf(statements);
            statements.clear();
        }
        for (Statement statement : open) {
            try {
                statement.close();
            } catch (SQLException e) {
                // then the connection is broken, and not used again
            }
        }
        if (!unusable && physical.isOpen()) {
            try {
                transaction.end();
                jdbc.clearWarnings();
            } catch (SQLException e) {
                physical.sever(); // and so it will not be used again
            }
        }
    }

    void closed(Statement statement) {
        synchronized (statements) {
            statements.remove(statement);
        }
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        if (lease.isOpen()) {
            jdbc.abort(executor);
            lease.abort();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return !lease.isOpen() || jdbc.isClosed();
    }

    @Override
    public boolean isValid(int timeoutSeconds) throws SQLException {
        if (timeoutSeconds < 0) {
            throw new SQLException("the time-out is negative: " + timeoutSeconds, "22023");
        }
        return lease.isOpen() && jdbc.isValid(timeoutSeconds);
    }

    // statements

    private <T extends Statement> T opened(T statement) {
        synchronized (statements) {
            statements.add(statement);
        }
        return statement;
    }

    @Override
    public Statement createStatement() throws SQLException {
        return opened(new StatementHandle(this, driver().createStatement()));
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return opened(new StatementHandle(this, driver().createStatement(type, concurrency)));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return opened(new StatementHandle(this, driver().createStatement(type, concurrency, holdability)));
    }

    private PreparedStatement prepared(String sql, boolean travels, PreparedStatementHandle.Preparation preparation)
            throws SQLException {
        lease.checkUsable();
        return opened(new PreparedStatementHandle(this, sql, travels, preparation));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return prepared(sql, true, jdbc::prepareStatement);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepared(sql, true, text -> jdbc.prepareStatement(text, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return prepared(sql, true, text -> jdbc.prepareStatement(text, type, concurrency, holdability));
    }

    /** With generated keys, pgjdbc takes the first result for them: nothing can travel before it. */
    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        boolean travels = autoGeneratedKeys == Statement.NO_GENERATED_KEYS;
        return prepared(sql, travels, text -> jdbc.prepareStatement(text, autoGeneratedKeys));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return prepared(sql, false, text -> jdbc.prepareStatement(text, columnIndexes));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return prepared(sql, false, text -> jdbc.prepareStatement(text, columnNames));
    }

    private CallableStatement called(CallableStatement driver) {
        return RareHandle.of(CallableStatement.class, opened(driver), this);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        return called(driver().prepareCall(sql));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        return called(driver().prepareCall(sql, type, concurrency));
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        return called(driver().prepareCall(sql, type, concurrency, holdability));
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return RareHandle.of(DatabaseMetaData.class, driver().getMetaData(), this);
    }

    // its transactions

    /** JDBI puts a connection back as it was, also one that was discarded while its COMMIT was looked up: that is no mistake. */
    private boolean checkNotDiscarded() throws SQLException {
        if (lease.isDiscarded()) {
            return false;
        }
        lease.checkUsable();
        return true;
    }

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        if (checkNotDiscarded()) {
            transaction.autoCommit(on);
        }
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        return !checkNotDiscarded() || transaction.isAutoCommit();
    }

    @Override
    public void commit() throws SQLException {
        lease.checkUsable();
        transaction.commit();
    }

    @Override
    public void rollback() throws SQLException {
        lease.checkUsable();
        transaction.rollback();
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        lease.checkUsable();
        transaction.begin();
        return jdbc.setSavepoint();
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        lease.checkUsable();
        transaction.begin();
        return jdbc.setSavepoint(name);
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        driver().rollback(savepoint);
    }

    @Override
    public void setReadOnly(boolean readOnly) throws SQLException {
        if (checkNotDiscarded()) {
            transaction.readOnly(readOnly);
        }
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        lease.checkUsable();
        return transaction.isReadOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        if (checkNotDiscarded()) {
            transaction.isolation(level);
        }
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        checkNotDiscarded();
        return transaction.isolation();
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        lease.checkUsable();
        transaction.schema(schema);
    }

    @Override
    public String getSchema() throws SQLException {
        lease.checkUsable();
        return transaction.schema();
    }

    /**
     * Beyond this interface, the driver's own connection: what is done with it is inside the transaction, cannot be watched, and leaves it
     * altered.
     */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (type == LeasedTransaction.class) {
            return type.cast(new HandleOfTransaction(lease, transaction));
        }
        Connection driver = altering();
        transaction.begin();
        transaction.escape();
        return driver.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type == LeasedTransaction.class || lease.isOpen() && jdbc.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return lease.isOpen() ? jdbc.toString() : "a connection that was given back";
    }
}
