package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.handle.delegate.DelegatingStatement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A statement of a {@link ConnectionHandle}. If it is the first of its transaction, the {@link Prologue} is prepended to it. */
class StatementHandle extends DelegatingStatement {

    /** Executes the driver's statement. */
    @FunctionalInterface
    interface Action<T> {
        T of(Statement driver) throws SQLException;
    }

    private final ConnectionHandle connection;
    private final HandleTransaction transaction;
    private Statement driver;
    /** The current result set; null before the first one. */
    private ResultSetHandle rows;

    private boolean batchEnds; // a statement of a batch may end the transaction
    private volatile boolean closed;

    StatementHandle(ConnectionHandle connection, Statement driver) {
        this.connection = connection;
        this.transaction = connection.transaction();
        this.driver = driver;
    }

    HandleTransaction transaction() {
        return transaction;
    }

    /** Returns the driver's statement, for calls that send nothing. */
    @Override
    protected Statement driver() throws SQLException {
        if (closed) {
            throw new SQLException("this statement is closed", "55000");
        }
        connection.checkUsable();
        return driver;
    }

    /** Replaces and closes the driver's statement. */
    void replace(Statement other) throws SQLException {
        Statement before = driver;
        driver = other;
        if (before != null) {
            before.close();
        }
    }

    /** Returns the handle of a result set, which is the same for the same one. */
    ResultSet handle(ResultSet result) {
        if (result != null && (rows == null || rows.driver() != result)) {
            rows = new ResultSetHandle(transaction, this, result);
        }
        return result == null ? null : rows;
    }

    @Override
    public ResultSet getResultSet() throws SQLException {
        return handle(driver().getResultSet());
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        return handle(driver().getGeneratedKeys());
    }

    private <T> T run(String sql, Action<T> action, Action<T> results) throws SQLException {
        Statement statement = driver();
        if (statement.getFetchSize() > 0 || statement.getMaxFieldSize() > 0) { // which would cut what the prologue asks
            return runAlone(sql, action);
        }
        Prologue prologue = transaction.prologueFor(sql, true);
        return prologue.isEmpty()
                ? send(prologue, sql, statement, action)
                : sendTogether(prologue, sql, statement, driven -> driven.execute(prologue.sql() + sql), results);
    }

    /**
     * Executes a statement and its prologue in one flight.
     *
     * @param execution executes both
     * @param results returns the statement's own result
     */
    <T> T sendTogether(Prologue prologue, String sql, Statement statement, Action<?> execution, Action<T> results)
            throws SQLException {
        return send(prologue, sql, statement, driven -> {
            execution.of(driven);
            transaction.skipPrologueResults(prologue, driven);
            return results.of(driven);
        });
    }

    /** Executes a statement to which a prologue cannot be prepended: the prologue is sent before it. */
    <T> T runAlone(String sql, Action<T> action) throws SQLException {
        Statement statement = driver();
        Prologue before = transaction.prologueFor(sql, false);
        return transaction.sendAfter(before, () -> send(Prologue.NONE, sql, statement, action));
    }

    <T> T send(Prologue prologue, String sql, Statement statement, Action<T> action) throws SQLException {
        transaction.beforeSend(prologue);
        try {
            return action.of(statement);
        } catch (SQLException e) {
            throw transaction.translate(e, sql);
        } finally {
            transaction.afterSend();
        }
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        super.addBatch(sql);
        batchEnds |= SqlKind.of(sql) == SqlKind.TRANSACTION_END || SqlKind.endsAmongOthers(sql);
    }

    @Override
    public int[] executeBatch() throws SQLException {
        transaction.mayEnd(batchEnds);
        return runAlone("", Statement::executeBatch);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        transaction.mayEnd(batchEnds);
        return runAlone("", Statement::executeLargeBatch);
    }

    @Override
    public Connection getConnection() throws SQLException {
        driver();
        return connection;
    }

    /** May be called by any thread. The server may execute it late, so the connection is not used again after its return. */
    @Override
    public void cancel() throws SQLException {
        Statement statement = driver();
        connection.driverToAlter();
        statement.cancel();
    }

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            connection.closed(this);
            driver.close();
        }
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed || driver.isClosed();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        driver();
        transaction.handOutDriver();
        return handedOut().unwrap(type);
    }

    /** Returns the driver's statement, as it may be executed past this handle. */
    Statement handedOut() throws SQLException {
        return driver();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || driver().isWrapperFor(type);
    }

    @Override
    public String toString() {
        return driver.toString();
    }

    @Override
    public boolean execute(String sql) throws SQLException {
        return run(sql, statement -> statement.execute(sql), Results::hasRows);
    }

    @Override
    public boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
        return runAlone(sql, statement -> statement.execute(sql, autoGeneratedKeys));
    }

    @Override
    public boolean execute(String sql, int[] columnIndexes) throws SQLException {
        return runAlone(sql, statement -> statement.execute(sql, columnIndexes));
    }

    @Override
    public boolean execute(String sql, String[] columnNames) throws SQLException {
        return runAlone(sql, statement -> statement.execute(sql, columnNames));
    }

    @Override
    public int executeUpdate(String sql) throws SQLException {
        return run(sql, statement -> statement.executeUpdate(sql), Results::updateCount);
    }

    @Override
    public int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return runAlone(sql, statement -> statement.executeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return runAlone(sql, statement -> statement.executeUpdate(sql, columnIndexes));
    }

    @Override
    public int executeUpdate(String sql, String[] columnNames) throws SQLException {
        return runAlone(sql, statement -> statement.executeUpdate(sql, columnNames));
    }

    @Override
    public long executeLargeUpdate(String sql) throws SQLException {
        return run(sql, statement -> statement.executeLargeUpdate(sql), Results::largeUpdateCount);
    }

    @Override
    public long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return runAlone(sql, statement -> statement.executeLargeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return runAlone(sql, statement -> statement.executeLargeUpdate(sql, columnIndexes));
    }

    @Override
    public long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        return runAlone(sql, statement -> statement.executeLargeUpdate(sql, columnNames));
    }

    @Override
    public ResultSet executeQuery(String sql) throws SQLException {
        return handle(run(sql, statement -> statement.executeQuery(sql), Results::rows));
    }
}
