package com.ketomealplan.neon.handle;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.Calendar;

/** The parameters of a {@link PreparedStatementHandle}: all that JDBC can bind. */
abstract class BoundParameters extends StatementHandle implements PreparedStatement {

    /** Binds a parameter of the driver's statement. */
    @FunctionalInterface
    interface Binding {
        void apply(PreparedStatement driver) throws SQLException;
    }

    BoundParameters(ConnectionHandle connection) {
        super(connection, null);
    }

    /** Binds a parameter now, and again, unless it has another value by then, if the driver's statement is replaced. */
    abstract void bind(int index, Binding binding) throws SQLException;

    /** Returns the driver's statement that will be executed and not be replaced: a stream can be bound only once. */
    abstract PreparedStatement streaming() throws SQLException;

    /** Returns the same for a value that the driver stores as a large object at once. Begins a transaction unless in auto-commit. */
    abstract PreparedStatement storing() throws SQLException;

    private static boolean isLarge(Object value, int sqlType) {
        return value instanceof Blob || value instanceof Clob || value instanceof InputStream && sqlType == Types.BLOB;
    }

    @Override
    public void setArray(int index, Array value) throws SQLException {
        bind(index, statement -> statement.setArray(index, value));
    }

    @Override
    public void setAsciiStream(int index, InputStream value) throws SQLException {
        streaming().setAsciiStream(index, value);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, int length) throws SQLException {
        streaming().setAsciiStream(index, value, length);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, long length) throws SQLException {
        streaming().setAsciiStream(index, value, length);
    }

    @Override
    public void setBigDecimal(int index, BigDecimal value) throws SQLException {
        bind(index, statement -> statement.setBigDecimal(index, value));
    }

    @Override
    public void setBinaryStream(int index, InputStream value) throws SQLException {
        streaming().setBinaryStream(index, value);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, int length) throws SQLException {
        streaming().setBinaryStream(index, value, length);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, long length) throws SQLException {
        streaming().setBinaryStream(index, value, length);
    }

    @Override
    public void setBlob(int index, InputStream value) throws SQLException {
        storing().setBlob(index, value);
    }

    @Override
    public void setBlob(int index, Blob value) throws SQLException {
        storing().setBlob(index, value);
    }

    @Override
    public void setBlob(int index, InputStream value, long length) throws SQLException {
        storing().setBlob(index, value, length);
    }

    @Override
    public void setBoolean(int index, boolean value) throws SQLException {
        bind(index, statement -> statement.setBoolean(index, value));
    }

    @Override
    public void setByte(int index, byte value) throws SQLException {
        bind(index, statement -> statement.setByte(index, value));
    }

    @Override
    public void setBytes(int index, byte[] value) throws SQLException {
        byte[] kept = (byte[]) ValueCopy.of(value);
        bind(index, statement -> statement.setBytes(index, kept));
    }

    @Override
    public void setCharacterStream(int index, Reader value) throws SQLException {
        streaming().setCharacterStream(index, value);
    }

    @Override
    public void setCharacterStream(int index, Reader value, int length) throws SQLException {
        streaming().setCharacterStream(index, value, length);
    }

    @Override
    public void setCharacterStream(int index, Reader value, long length) throws SQLException {
        streaming().setCharacterStream(index, value, length);
    }

    @Override
    public void setClob(int index, Reader value) throws SQLException {
        streaming().setClob(index, value);
    }

    @Override
    public void setClob(int index, Clob value) throws SQLException {
        storing().setClob(index, value);
    }

    @Override
    public void setClob(int index, Reader value, long length) throws SQLException {
        streaming().setClob(index, value, length);
    }

    @Override
    public void setDate(int index, Date value) throws SQLException {
        Date kept = (Date) ValueCopy.of(value);
        bind(index, statement -> statement.setDate(index, kept));
    }

    @Override
    public void setDate(int index, Date value, Calendar calendar) throws SQLException {
        Date kept = (Date) ValueCopy.of(value);
        Calendar zone = (Calendar) ValueCopy.of(calendar);
        bind(index, statement -> statement.setDate(index, kept, zone));
    }

    @Override
    public void setDouble(int index, double value) throws SQLException {
        bind(index, statement -> statement.setDouble(index, value));
    }

    @Override
    public void setFloat(int index, float value) throws SQLException {
        bind(index, statement -> statement.setFloat(index, value));
    }

    @Override
    public void setInt(int index, int value) throws SQLException {
        bind(index, statement -> statement.setInt(index, value));
    }

    @Override
    public void setLong(int index, long value) throws SQLException {
        bind(index, statement -> statement.setLong(index, value));
    }

    @Override
    public void setNCharacterStream(int index, Reader value) throws SQLException {
        streaming().setNCharacterStream(index, value);
    }

    @Override
    public void setNCharacterStream(int index, Reader value, long length) throws SQLException {
        streaming().setNCharacterStream(index, value, length);
    }

    @Override
    public void setNClob(int index, Reader value) throws SQLException {
        streaming().setNClob(index, value);
    }

    @Override
    public void setNClob(int index, NClob value) throws SQLException {
        bind(index, statement -> statement.setNClob(index, value));
    }

    @Override
    public void setNClob(int index, Reader value, long length) throws SQLException {
        streaming().setNClob(index, value, length);
    }

    @Override
    public void setNString(int index, String value) throws SQLException {
        bind(index, statement -> statement.setNString(index, value));
    }

    @Override
    public void setNull(int index, int sqlType) throws SQLException {
        bind(index, statement -> statement.setNull(index, sqlType));
    }

    @Override
    public void setNull(int index, int sqlType, String typeName) throws SQLException {
        bind(index, statement -> statement.setNull(index, sqlType, typeName));
    }

    @Override
    public void setObject(int index, Object value) throws SQLException {
        if (isLarge(value, Types.OTHER)) {
            storing().setObject(index, value);
            return;
        }
        Object kept = ValueCopy.ofUntyped(value);
        bind(index, statement -> statement.setObject(index, kept));
    }

    @Override
    public void setObject(int index, Object value, int sqlType) throws SQLException {
        if (isLarge(value, sqlType)) {
            storing().setObject(index, value, sqlType);
            return;
        }
        Object kept = sqlType == Types.OTHER ? ValueCopy.ofUntyped(value) : ValueCopy.of(value);
        bind(index, statement -> statement.setObject(index, kept, sqlType));
    }

    @Override
    public void setObject(int index, Object value, int sqlType, int scaleOrLength) throws SQLException {
        if (isLarge(value, sqlType)) {
            storing().setObject(index, value, sqlType, scaleOrLength);
            return;
        }
        Object kept = ValueCopy.of(value);
        bind(index, statement -> statement.setObject(index, kept, sqlType, scaleOrLength));
    }

    @Override
    public void setRef(int index, Ref value) throws SQLException {
        bind(index, statement -> statement.setRef(index, value));
    }

    @Override
    public void setRowId(int index, RowId value) throws SQLException {
        bind(index, statement -> statement.setRowId(index, value));
    }

    @Override
    public void setSQLXML(int index, SQLXML value) throws SQLException {
        bind(index, statement -> statement.setSQLXML(index, value));
    }

    @Override
    public void setShort(int index, short value) throws SQLException {
        bind(index, statement -> statement.setShort(index, value));
    }

    @Override
    public void setString(int index, String value) throws SQLException {
        bind(index, statement -> statement.setString(index, value));
    }

    @Override
    public void setTime(int index, Time value) throws SQLException {
        Time kept = (Time) ValueCopy.of(value);
        bind(index, statement -> statement.setTime(index, kept));
    }

    @Override
    public void setTime(int index, Time value, Calendar calendar) throws SQLException {
        Time kept = (Time) ValueCopy.of(value);
        Calendar zone = (Calendar) ValueCopy.of(calendar);
        bind(index, statement -> statement.setTime(index, kept, zone));
    }

    @Override
    public void setTimestamp(int index, Timestamp value) throws SQLException {
        Timestamp kept = (Timestamp) ValueCopy.of(value);
        bind(index, statement -> statement.setTimestamp(index, kept));
    }

    @Override
    public void setTimestamp(int index, Timestamp value, Calendar calendar) throws SQLException {
        Timestamp kept = (Timestamp) ValueCopy.of(value);
        Calendar zone = (Calendar) ValueCopy.of(calendar);
        bind(index, statement -> statement.setTimestamp(index, kept, zone));
    }

    @Override
    public void setURL(int index, URL value) throws SQLException {
        bind(index, statement -> statement.setURL(index, value));
    }

    @Override
    @Deprecated
    public void setUnicodeStream(int index, InputStream value, int length) throws SQLException {
        streaming().setUnicodeStream(index, value, length);
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType) throws SQLException {
        Object kept = ValueCopy.of(value);
        bind(index, statement -> statement.setObject(index, kept, sqlType));
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType, int scaleOrLength) throws SQLException {
        Object kept = ValueCopy.of(value);
        bind(index, statement -> statement.setObject(index, kept, sqlType, scaleOrLength));
    }
}
