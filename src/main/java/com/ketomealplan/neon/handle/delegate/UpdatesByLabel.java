package com.ketomealplan.neon.handle.delegate;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;

/** Updates the columns of the driver's result set by label. */
abstract class UpdatesByLabel extends UpdatesByIndex {

    @Override
    public void updateNull(String label) throws SQLException {
        driver().updateNull(label);
    }

    @Override
    public void updateBoolean(String label, boolean value) throws SQLException {
        driver().updateBoolean(label, value);
    }

    @Override
    public void updateByte(String label, byte value) throws SQLException {
        driver().updateByte(label, value);
    }

    @Override
    public void updateShort(String label, short value) throws SQLException {
        driver().updateShort(label, value);
    }

    @Override
    public void updateInt(String label, int value) throws SQLException {
        driver().updateInt(label, value);
    }

    @Override
    public void updateLong(String label, long value) throws SQLException {
        driver().updateLong(label, value);
    }

    @Override
    public void updateFloat(String label, float value) throws SQLException {
        driver().updateFloat(label, value);
    }

    @Override
    public void updateDouble(String label, double value) throws SQLException {
        driver().updateDouble(label, value);
    }

    @Override
    public void updateBigDecimal(String label, BigDecimal value) throws SQLException {
        driver().updateBigDecimal(label, value);
    }

    @Override
    public void updateString(String label, String value) throws SQLException {
        driver().updateString(label, value);
    }

    @Override
    public void updateBytes(String label, byte[] value) throws SQLException {
        driver().updateBytes(label, value);
    }

    @Override
    public void updateDate(String label, Date value) throws SQLException {
        driver().updateDate(label, value);
    }

    @Override
    public void updateTime(String label, Time value) throws SQLException {
        driver().updateTime(label, value);
    }

    @Override
    public void updateTimestamp(String label, Timestamp value) throws SQLException {
        driver().updateTimestamp(label, value);
    }

    @Override
    public void updateAsciiStream(String label, InputStream value, int length) throws SQLException {
        driver().updateAsciiStream(label, value, length);
    }

    @Override
    public void updateBinaryStream(String label, InputStream value, int length) throws SQLException {
        driver().updateBinaryStream(label, value, length);
    }

    @Override
    public void updateCharacterStream(String label, Reader value, int length) throws SQLException {
        driver().updateCharacterStream(label, value, length);
    }

    @Override
    public void updateObject(String label, Object value, int scaleOrLength) throws SQLException {
        driver().updateObject(label, value, scaleOrLength);
    }

    @Override
    public void updateObject(String label, Object value) throws SQLException {
        driver().updateObject(label, value);
    }

    @Override
    public void updateRef(String label, Ref value) throws SQLException {
        driver().updateRef(label, value);
    }

    @Override
    public void updateBlob(String label, Blob value) throws SQLException {
        driver().updateBlob(label, value);
    }

    @Override
    public void updateClob(String label, Clob value) throws SQLException {
        driver().updateClob(label, value);
    }

    @Override
    public void updateArray(String label, Array value) throws SQLException {
        driver().updateArray(label, value);
    }

    @Override
    public void updateRowId(String label, RowId value) throws SQLException {
        driver().updateRowId(label, value);
    }

    @Override
    public void updateNString(String label, String value) throws SQLException {
        driver().updateNString(label, value);
    }

    @Override
    public void updateNClob(String label, NClob value) throws SQLException {
        driver().updateNClob(label, value);
    }

    @Override
    public void updateSQLXML(String label, SQLXML value) throws SQLException {
        driver().updateSQLXML(label, value);
    }

    @Override
    public void updateNCharacterStream(String label, Reader value, long length) throws SQLException {
        driver().updateNCharacterStream(label, value, length);
    }

    @Override
    public void updateAsciiStream(String label, InputStream value, long length) throws SQLException {
        driver().updateAsciiStream(label, value, length);
    }

    @Override
    public void updateBinaryStream(String label, InputStream value, long length) throws SQLException {
        driver().updateBinaryStream(label, value, length);
    }

    @Override
    public void updateCharacterStream(String label, Reader value, long length) throws SQLException {
        driver().updateCharacterStream(label, value, length);
    }

    @Override
    public void updateBlob(String label, InputStream value, long length) throws SQLException {
        driver().updateBlob(label, value, length);
    }

    @Override
    public void updateClob(String label, Reader value, long length) throws SQLException {
        driver().updateClob(label, value, length);
    }

    @Override
    public void updateNClob(String label, Reader value, long length) throws SQLException {
        driver().updateNClob(label, value, length);
    }

    @Override
    public void updateNCharacterStream(String label, Reader value) throws SQLException {
        driver().updateNCharacterStream(label, value);
    }

    @Override
    public void updateAsciiStream(String label, InputStream value) throws SQLException {
        driver().updateAsciiStream(label, value);
    }

    @Override
    public void updateBinaryStream(String label, InputStream value) throws SQLException {
        driver().updateBinaryStream(label, value);
    }

    @Override
    public void updateCharacterStream(String label, Reader value) throws SQLException {
        driver().updateCharacterStream(label, value);
    }

    @Override
    public void updateBlob(String label, InputStream value) throws SQLException {
        driver().updateBlob(label, value);
    }

    @Override
    public void updateClob(String label, Reader value) throws SQLException {
        driver().updateClob(label, value);
    }

    @Override
    public void updateNClob(String label, Reader value) throws SQLException {
        driver().updateNClob(label, value);
    }

    @Override
    public void updateObject(String label, Object value, SQLType sqlType, int scaleOrLength) throws SQLException {
        driver().updateObject(label, value, sqlType, scaleOrLength);
    }

    @Override
    public void updateObject(String label, Object value, SQLType sqlType) throws SQLException {
        driver().updateObject(label, value, sqlType);
    }
}
