package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.handle.delegate.DelegatingConnection;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * The JDBC connection of a borrower. Closing it closes its statements and returns it, once. What JDBC would set for the session is set for
 * each transaction ({@link HandleTransaction}). As thread-safe as pgjdbc's.
 */
public final class ConnectionHandle extends DelegatingConnection {

    private final HandleLease lease;
    private final PhysicalConnection physical;
    private final Connection jdbc;
    private final HandleTransaction transaction;
    /** The open statements; guarded by itself. */
    private final List<Statement> statements = new ArrayList<>(2);

    public ConnectionHandle(HandleLease lease, PhysicalConnection physical) {
        this.lease = lease;
        this.physical = physical;
        this.jdbc = physical.jdbc();
        this.transaction = new HandleTransaction(lease, physical);
    }

    public HandleTransaction transaction() {
        return transaction;
    }

    /** Throws if the connection cannot be used. */
    void checkUsable() throws SQLException {
        lease.checkUsable();
    }

    /** Returns the driver's connection, for what is neither a statement nor part of a transaction. */
    @Override
    protected Connection driver() throws SQLException {
        lease.checkUsable();
        return jdbc;
    }

    @Override
    protected Connection driverToAlter() throws SQLException {
        lease.checkUsable();
        lease.markAltered();
        return jdbc;
    }

    // its end

    @Override
    public void close() {
        lease.close();
    }

    /** Closes all statements and resets the connection. Called at the end of the lease, by whichever thread ended it. */
    public void cleanUp(boolean unusable) {
        List<Statement> open;
        synchronized (statements) {
            open = statements.isEmpty() ? List.of() : List.copyOf(statements);
            statements.clear();
        }
        for (Statement statement : open) {
            try {
                statement.close();
            } catch (SQLException | RuntimeException e) { // the driver's, if another thread closes it too
                // the connection is broken, and will not be used again
            }
        }
        if (!unusable && physical.isOpen()) {
            try {
                transaction.cleanUp();
                jdbc.clearWarnings();
            } catch (SQLException e) {
                physical.closeSocket(); // and so it will not be used again
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
        }
        lease.abort();
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
        return lease.isOpen() && transaction.byDriver(() -> jdbc.isValid(timeoutSeconds));
    }

    // statements

    private <T extends Statement> T opened(T statement) {
        synchronized (statements) {
            statements.add(statement);
        }
        return statement;
    }

    /** The driver sends what an updatable result set changes past the handle. */
    private void prepareForUpdates(int concurrency) throws SQLException {
        if (concurrency == ResultSet.CONCUR_UPDATABLE) {
            lease.checkUsable();
            transaction.settings().forbidStandaloneReads();
            transaction.allowWrites();
        }
    }

    @Override
    public Statement createStatement() throws SQLException {
        return opened(new StatementHandle(this, driver().createStatement()));
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        prepareForUpdates(concurrency);
        return opened(new StatementHandle(this, driver().createStatement(type, concurrency)));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        prepareForUpdates(concurrency);
        return opened(new StatementHandle(this, driver().createStatement(type, concurrency, holdability)));
    }

    private PreparedStatement prepared(String sql, boolean canPrepend, PreparedStatementHandle.Preparation preparation)
            throws SQLException {
        lease.checkUsable();
        return opened(new PreparedStatementHandle(this, sql, canPrepend, preparation));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return prepared(sql, true, jdbc::prepareStatement);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        prepareForUpdates(concurrency);
        return prepared(sql, true, text -> jdbc.prepareStatement(text, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        prepareForUpdates(concurrency);
        return prepared(sql, true, text -> jdbc.prepareStatement(text, type, concurrency, holdability));
    }

    /** With generated keys, pgjdbc takes the first result for them: a prologue cannot be prepended. */
    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        boolean canPrepend = autoGeneratedKeys == Statement.NO_GENERATED_KEYS;
        return prepared(sql, canPrepend, text -> jdbc.prepareStatement(text, autoGeneratedKeys));
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
        return ProxyHandle.of(CallableStatement.class, opened(driver), this);
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
        return ProxyHandle.of(DatabaseMetaData.class, driver().getMetaData(), this);
    }

    // its transactions

    /** Returns false if the connection was discarded: JDBI resets also one that was discarded while its commit outcome was looked up. */
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
        return transaction.settings().isReadOnly();
    }

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        if (checkNotDiscarded()) {
            transaction.isolation(level);
        }
    }

    /** Returns the isolation level; within a transaction the server is asked, because SQL may have set it. */
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
     * Returns the driver's own connection, for any interface that is not ours. What is done with it is inside the transaction, is not
     * observed, and is taken to alter the session.
     */
    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        if (type == LeasedTransaction.class) {
            return type.cast(lease.leasedTransaction(transaction));
        }
        transaction.handOutDriver();
        return jdbc.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || type == LeasedTransaction.class || lease.isOpen() && jdbc.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return lease.isOpen() ? jdbc.toString() : "a closed connection";
    }
}
