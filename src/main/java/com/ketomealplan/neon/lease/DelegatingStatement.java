package com.ketomealplan.neon.lease;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;

/** What a {@link StatementHandle} leaves to the driver's statement as it is. */
abstract class DelegatingStatement implements Statement {

    /** Something that is set of the driver's statement. */
    @FunctionalInterface
    interface Setting {
        void apply(Statement driver) throws SQLException;
    }

    /** The driver's statement, if it can be used. */
    abstract Statement usable() throws SQLException;

    /** Sets something of the driver's statement, and of those that replace it. */
    void set(Setting setting) throws SQLException {
        setting.apply(usable());
    }

    @Override
    public void addBatch(String name) throws SQLException {
        usable().addBatch(name);
    }

    @Override
    public void clearBatch() throws SQLException {
        usable().clearBatch();
    }

    @Override
    public void clearWarnings() throws SQLException {
        usable().clearWarnings();
    }

    @Override
    public void closeOnCompletion() throws SQLException {
        usable().closeOnCompletion();
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return usable().getFetchDirection();
    }

    @Override
    public int getFetchSize() throws SQLException {
        return usable().getFetchSize();
    }

    @Override
    public ResultSet getGeneratedKeys() throws SQLException {
        return usable().getGeneratedKeys();
    }

    @Override
    public long getLargeMaxRows() throws SQLException {
        return usable().getLargeMaxRows();
    }

    @Override
    public long getLargeUpdateCount() throws SQLException {
        return usable().getLargeUpdateCount();
    }

    @Override
    public int getMaxFieldSize() throws SQLException {
        return usable().getMaxFieldSize();
    }

    @Override
    public int getMaxRows() throws SQLException {
        return usable().getMaxRows();
    }

    @Override
    public boolean getMoreResults() throws SQLException {
        return usable().getMoreResults();
    }

    @Override
    public boolean getMoreResults(int value) throws SQLException {
        return usable().getMoreResults(value);
    }

    @Override
    public int getQueryTimeout() throws SQLException {
        return usable().getQueryTimeout();
    }

    @Override
    public ResultSet getResultSet() throws SQLException {
        return usable().getResultSet();
    }

    @Override
    public int getResultSetConcurrency() throws SQLException {
        return usable().getResultSetConcurrency();
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return usable().getResultSetHoldability();
    }

    @Override
    public int getResultSetType() throws SQLException {
        return usable().getResultSetType();
    }

    @Override
    public int getUpdateCount() throws SQLException {
        return usable().getUpdateCount();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return usable().getWarnings();
    }

    @Override
    public boolean isCloseOnCompletion() throws SQLException {
        return usable().isCloseOnCompletion();
    }

    @Override
    public boolean isPoolable() throws SQLException {
        return usable().isPoolable();
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
