package com.ketomealplan.neon.handle;

import com.ketomealplan.neon.handle.delegate.DelegatingResultSet;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A result set of a borrower: its statement is the one that was handed out, so that only {@link #unwrap} leads to the driver, and
 * {@link java.sql.Array#getResultSet}. All else is the driver's, which closes it with its statement.
 */
final class ResultSetHandle extends DelegatingResultSet {

    private final HandleTransaction transaction;
    private final Statement statement;
    private final ResultSet driver;

    /**
     * @param statement null if it is not the result set of a statement, but of metadata
     */
    ResultSetHandle(HandleTransaction transaction, Statement statement, ResultSet driver) {
        this.transaction = transaction;
        this.statement = statement;
        this.driver = driver;
    }

    @Override
    protected ResultSet driver() {
        return driver;
    }

    /** Also a row's {@code refcursor} is a result set. */
    @Override
    public Object getObject(int index) throws SQLException {
        return handle(driver.getObject(index));
    }

    @Override
    public Object getObject(String label) throws SQLException {
        return handle(driver.getObject(label));
    }

    /** The driver reads a large object in flights of its own, for which it needs a transaction. */
    private ResultSet forLargeObjects() throws SQLException {
        if (!transaction.isAutoCommit()) {
            transaction.begin();
        }
        return driver;
    }

    @Override
    public Blob getBlob(int index) throws SQLException {
        return forLargeObjects().getBlob(index);
    }

    @Override
    public Blob getBlob(String label) throws SQLException {
        return forLargeObjects().getBlob(label);
    }

    @Override
    public Clob getClob(int index) throws SQLException {
        return forLargeObjects().getClob(index);
    }

    @Override
    public Clob getClob(String label) throws SQLException {
        return forLargeObjects().getClob(label);
    }

    private Object handle(Object value) {
        return value instanceof ResultSet rows ? new ResultSetHandle(transaction, statement, rows) : value;
    }

    @Override
    public Statement getStatement() throws SQLException {
        driver.getStatement(); // throws if it is closed
        return statement;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        driver.getStatement(); // throws if it is closed
        transaction.handOutDriver();
        return driver.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || driver.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return driver.toString();
    }
}
