package com.ketomealplan.neon.handle.delegate;

import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;

/** Delegates the methods that a {@code StatementHandle} does not change to the driver's statement. */
public abstract class DelegatingStatement implements Statement {

    /** Sets a property of the driver's statement. */
    @FunctionalInterface
    protected interface Setting {
        void apply(Statement driver) throws SQLException;
    }

    /** Returns the driver's statement; throws if it cannot be used. */
    protected abstract Statement driver() throws SQLException;

    /** Sets a property of the driver's statement, and of those that replace it. */
    protected void set(Setting setting) throws SQLException {
        setting.apply(driver());
    }

    @Override
    public void addBatch(String name) throws SQLException {
        driver().addBatch(name);
    }

    @Override
    public void clearBatch() throws SQLException {
        driver().clearBatch();
    }

    @Override
    public void clearWarnings() throws SQLException {
        driver().clearWarnings();
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        set(Statement::closeOnCompletion);
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return driver().getFetchDirection();
    }

    @Override
    public int getFetchSize() throws SQLException {
        return driver().getFetchSize();
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        return driver().getLargeMaxRows();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        return driver().getLargeUpdateCount();
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        return driver().getMaxFieldSize();
    }

    @Override
    public int getMaxRows() throws SQLException {
        return driver().getMaxRows();
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return driver().getMoreResults();
    }

    @Override
    public boolean getMoreResults(int value) throws SQLException {
        return driver().getMoreResults(value);
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        return driver().getQueryTimeout();
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        return driver().getResultSetConcurrency();
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return driver().getResultSetHoldability();
    }

    @Override
    public int getResultSetType() throws SQLException {
        return driver().getResultSetType();
    }

    @Override
    public int getUpdateCount() throws SQLException {
        return driver().getUpdateCount();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return driver().getWarnings();
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        return driver().isCloseOnCompletion();
    }

    @Override
    public boolean isPoolable() throws SQLException {
        return driver().isPoolable();
    }

    @Override
    public void setCursorName(String name) throws SQLException {
        set(statement -> statement.setCursorName(name));
    }

    @Override
    public void setEscapeProcessing(boolean value) throws SQLException {
        set(statement -> statement.setEscapeProcessing(value));
    }

    @Override
    public void setFetchDirection(int value) throws SQLException {
        set(statement -> statement.setFetchDirection(value));
    }

    @Override
    public void setFetchSize(int value) throws SQLException {
        set(statement -> statement.setFetchSize(value));
    }

    @Override
    public void setLargeMaxRows(long value) throws SQLException {
        set(statement -> statement.setLargeMaxRows(value));
    }

    @Override
    public void setMaxFieldSize(int value) throws SQLException {
        set(statement -> statement.setMaxFieldSize(value));
    }

    @Override
    public void setMaxRows(int value) throws SQLException {
        set(statement -> statement.setMaxRows(value));
    }

    @Override
    public void setPoolable(boolean value) throws SQLException {
        set(statement -> statement.setPoolable(value));
    }

    @Override
    public void setQueryTimeout(int value) throws SQLException {
        set(statement -> statement.setQueryTimeout(value));
    }
}
