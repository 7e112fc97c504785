package com.ketomealplan.neon.handle.delegate;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;

/** Reads the columns of the driver's result set by index. */
abstract class ColumnsByIndex implements ResultSet {

    /** Returns the driver's result set. */
    protected abstract ResultSet driver();

    @Override
    public String getString(int index) throws SQLException {
        return driver().getString(index);
    }

    @Override
    public boolean getBoolean(int index) throws SQLException {
        return driver().getBoolean(index);
    }

    @Override
    public byte getByte(int index) throws SQLException {
        return driver().getByte(index);
    }

    @Override
    public short getShort(int index) throws SQLException {
        return driver().getShort(index);
    }

    @Override
    public int getInt(int index) throws SQLException {
        return driver().getInt(index);
    }

    @Override
    public long getLong(int index) throws SQLException {
        return driver().getLong(index);
    }

    @Override
    public float getFloat(int index) throws SQLException {
        return driver().getFloat(index);
    }

    @Override
    public double getDouble(int index) throws SQLException {
        return driver().getDouble(index);
    }

    @Override
    @Deprecated
    public BigDecimal getBigDecimal(int index, int scale) throws SQLException {
        return driver().getBigDecimal(index, scale);
    }

    @Override
    public byte[] getBytes(int index) throws SQLException {
        return driver().getBytes(index);
    }

    @Override
    public Date getDate(int index) throws SQLException {
        return driver().getDate(index);
    }

    @Override
    public Time getTime(int index) throws SQLException {
        return driver().getTime(index);
    }

    @Override
    public Timestamp getTimestamp(int index) throws SQLException {
        return driver().getTimestamp(index);
    }

    @Override
    public InputStream getAsciiStream(int index) throws SQLException {
        return driver().getAsciiStream(index);
    }

    @Override
    @Deprecated
    public InputStream getUnicodeStream(int index) throws SQLException {
        return driver().getUnicodeStream(index);
    }

    @Override
    public InputStream getBinaryStream(int index) throws SQLException {
        return driver().getBinaryStream(index);
    }

    @Override
    public Object getObject(int index) throws SQLException {
        return driver().getObject(index);
    }

    @Override
    public Reader getCharacterStream(int index) throws SQLException {
        return driver().getCharacterStream(index);
    }

    @Override
    public BigDecimal getBigDecimal(int index) throws SQLException {
        return driver().getBigDecimal(index);
    }

    @Override
    public Object getObject(int index, Map<String, Class<?>> type) throws SQLException {
        return driver().getObject(index, type);
    }

    @Override
    public Ref getRef(int index) throws SQLException {
        return driver().getRef(index);
    }

    @Override
    public Blob getBlob(int index) throws SQLException {
        return driver().getBlob(index);
    }

    @Override
    public Clob getClob(int index) throws SQLException {
        return driver().getClob(index);
    }

    @Override
    public Array getArray(int index) throws SQLException {
        return driver().getArray(index);
    }

    @Override
    public Date getDate(int index, Calendar calendar) throws SQLException {
        return driver().getDate(index, calendar);
    }

    @Override
    public Time getTime(int index, Calendar calendar) throws SQLException {
        return driver().getTime(index, calendar);
    }

    @Override
    public Timestamp getTimestamp(int index, Calendar calendar) throws SQLException {
        return driver().getTimestamp(index, calendar);
    }

    @Override
    public URL getURL(int index) throws SQLException {
        return driver().getURL(index);
    }

    @Override
    public RowId getRowId(int index) throws SQLException {
        return driver().getRowId(index);
    }

    @Override
    public NClob getNClob(int index) throws SQLException {
        return driver().getNClob(index);
    }

    @Override
    public SQLXML getSQLXML(int index) throws SQLException {
        return driver().getSQLXML(index);
    }

    @Override
    public String getNString(int index) throws SQLException {
        return driver().getNString(index);
    }

    @Override
    public Reader getNCharacterStream(int index) throws SQLException {
        return driver().getNCharacterStream(index);
    }

    @Override
    public <T> T getObject(int index, Class<T> type) throws SQLException {
        return driver().getObject(index, type);
    }
}
