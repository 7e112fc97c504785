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
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;

/** Reads the columns of the driver's result set by label. */
abstract class ColumnsByLabel extends ColumnsByIndex {

    @Override
    public String getString(String label) throws SQLException {
        return driver().getString(label);
    }

    @Override
    public boolean getBoolean(String label) throws SQLException {
        return driver().getBoolean(label);
    }

    @Override
    public byte getByte(String label) throws SQLException {
        return driver().getByte(label);
    }

    @Override
    public short getShort(String label) throws SQLException {
        return driver().getShort(label);
    }

    @Override
    public int getInt(String label) throws SQLException {
        return driver().getInt(label);
    }

    @Override
    public long getLong(String label) throws SQLException {
        return driver().getLong(label);
    }

    @Override
    public float getFloat(String label) throws SQLException {
        return driver().getFloat(label);
    }

    @Override
    public double getDouble(String label) throws SQLException {
        return driver().getDouble(label);
    }

    @Override
    @Deprecated
    public BigDecimal getBigDecimal(String label, int scale) throws SQLException {
        return driver().getBigDecimal(label, scale);
    }

    @Override
    public byte[] getBytes(String label) throws SQLException {
        return driver().getBytes(label);
    }

    @Override
    public Date getDate(String label) throws SQLException {
        return driver().getDate(label);
    }

    @Override
    public Time getTime(String label) throws SQLException {
        return driver().getTime(label);
    }

    @Override
    public Timestamp getTimestamp(String label) throws SQLException {
        return driver().getTimestamp(label);
    }

    @Override
    public InputStream getAsciiStream(String label) throws SQLException {
        return driver().getAsciiStream(label);
    }

    @Override
    @Deprecated
    public InputStream getUnicodeStream(String label) throws SQLException {
        return driver().getUnicodeStream(label);
    }

    @Override
    public InputStream getBinaryStream(String label) throws SQLException {
        return driver().getBinaryStream(label);
    }

    @Override
    public Object getObject(String label) throws SQLException {
        return driver().getObject(label);
    }

    @Override
    public Reader getCharacterStream(String label) throws SQLException {
        return driver().getCharacterStream(label);
    }

    @Override
    public BigDecimal getBigDecimal(String label) throws SQLException {
        return driver().getBigDecimal(label);
    }

    @Override
    public Object getObject(String label, Map<String, Class<?>> type) throws SQLException {
        return driver().getObject(label, type);
    }

    @Override
    public Ref getRef(String label) throws SQLException {
        return driver().getRef(label);
    }

    @Override
    public Blob getBlob(String label) throws SQLException {
        return driver().getBlob(label);
    }

    @Override
    public Clob getClob(String label) throws SQLException {
        return driver().getClob(label);
    }

    @Override
    public Array getArray(String label) throws SQLException {
        return driver().getArray(label);
    }

    @Override
    public Date getDate(String label, Calendar calendar) throws SQLException {
        return driver().getDate(label, calendar);
    }

    @Override
    public Time getTime(String label, Calendar calendar) throws SQLException {
        return driver().getTime(label, calendar);
    }

    @Override
    public Timestamp getTimestamp(String label, Calendar calendar) throws SQLException {
        return driver().getTimestamp(label, calendar);
    }

    @Override
    public URL getURL(String label) throws SQLException {
        return driver().getURL(label);
    }

    @Override
    public RowId getRowId(String label) throws SQLException {
        return driver().getRowId(label);
    }

    @Override
    public NClob getNClob(String label) throws SQLException {
        return driver().getNClob(label);
    }

    @Override
    public SQLXML getSQLXML(String label) throws SQLException {
        return driver().getSQLXML(label);
    }

    @Override
    public String getNString(String label) throws SQLException {
        return driver().getNString(label);
    }

    @Override
    public Reader getNCharacterStream(String label) throws SQLException {
        return driver().getNCharacterStream(label);
    }

    @Override
    public <T> T getObject(String label, Class<T> type) throws SQLException {
        return driver().getObject(label, type);
    }
}
