package com.ketomealplan.neon.handle.delegate;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

/** Delegates the methods that a {@code ConnectionHandle} does not change to the driver's connection. */
public abstract class DelegatingConnection implements Connection {

    /** Returns the driver's connection; throws if it cannot be used. */
    protected abstract Connection driver() throws SQLException;

    /** Returns the driver's connection for a call that alters the session: it will be closed when it is returned. */
    protected abstract Connection driverToAlter() throws SQLException;

    @Override
    public void clearWarnings() throws SQLException {
        driver().clearWarnings();
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return driver().createArrayOf(typeName, elements);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return driver().createBlob();
    }

    @Override
    public Clob createClob() throws SQLException {
        return driver().createClob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return driver().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return driver().createSQLXML();
    }

    @Override
    public Struct createStruct(String typeName, Object[] elements) throws SQLException {
        return driver().createStruct(typeName, elements);
    }

    @Override
    public String getCatalog() throws SQLException {
        return driver().getCatalog();
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return driver().getClientInfo();
    }

    @Override
    public String getClientInfo(String name) throws SQLException {
        return driver().getClientInfo(name);
    }

    @Override
    public int getHoldability() throws SQLException {
        return driver().getHoldability();
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return driver().getNetworkTimeout();
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return driver().getTypeMap();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return driver().getWarnings();
    }

    @Override
    public String nativeSQL(String name) throws SQLException {
        return driver().nativeSQL(name);
    }

    @Override
    public void releaseSavepoint(Savepoint value) throws SQLException {
        driver().releaseSavepoint(value);
    }

    @Override
    public void setCatalog(String name) throws SQLException {
        driver().setCatalog(name);
    }

    // the session, which is altered for good

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        driverToAlter().setNetworkTimeout(executor, milliseconds);
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        driverToAlter().setHoldability(holdability);
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        driverToAlter().setTypeMap(map);
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        alteringInfo().setClientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        alteringInfo().setClientInfo(properties);
    }

    private Connection alteringInfo() throws SQLClientInfoException {
        try {
            return driverToAlter();
        } catch (SQLException e) {
            throw new SQLClientInfoException(Map.of(), e);
        }
    }
}
