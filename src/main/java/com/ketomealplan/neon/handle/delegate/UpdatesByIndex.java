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

/** Updates the columns of the driver's result set by index. */
abstract class UpdatesByIndex extends ColumnsByLabel {

    @Override
    public void updateNull(int index) throws SQLException {
        driver().updateNull(index);
    }

    @Override
    public void updateBoolean(int index, boolean value) throws SQLException {
        driver().updateBoolean(index, value);
    }

    @Override
    public void updateByte(int index, byte value) throws SQLException {
        driver().updateByte(index, value);
    }

    @Override
    public void updateShort(int index, short value) throws SQLException {
        driver().updateShort(index, value);
    }

    @Override
    public void updateInt(int index, int value) throws SQLException {
        driver().updateInt(index, value);
    }

    @Override
    public void updateLong(int index, long value) throws SQLException {
        driver().updateLong(index, value);
    }

    @Override
    public void updateFloat(int index, float value) throws SQLException {
        driver().updateFloat(index, value);
    }

    @Override
    public void updateDouble(int index, double value) throws SQLException {
        driver().updateDouble(index, value);
    }

    @Override
    public void updateBigDecimal(int index, BigDecimal value) throws SQLException {
        driver().updateBigDecimal(index, value);
    }

    @Override
    public void updateString(int index, String value) throws SQLException {
        driver().updateString(index, value);
    }

    @Override
    public void updateBytes(int index, byte[] value) throws SQLException {
        driver().updateBytes(index, value);
    }

    @Override
    public void updateDate(int index, Date value) throws SQLException {
        driver().updateDate(index, value);
    }

    @Override
    public void updateTime(int index, Time value) throws SQLException {
        driver().updateTime(index, value);
    }

    @Override
    public void updateTimestamp(int index, Timestamp value) throws SQLException {
        driver().updateTimestamp(index, value);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value, int length) throws SQLException {
        driver().updateAsciiStream(index, value, length);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value, int length) throws SQLException {
        driver().updateBinaryStream(index, value, length);
    }

    @Override
    public void updateCharacterStream(int index, Reader value, int length) throws SQLException {
        driver().updateCharacterStream(index, value, length);
    }

    @Override
    public void updateObject(int index, Object value, int scaleOrLength) throws SQLException {
        driver().updateObject(index, value, scaleOrLength);
    }

    @Override
    public void updateObject(int index, Object value) throws SQLException {
        driver().updateObject(index, value);
    }

    @Override
    public void updateRef(int index, Ref value) throws SQLException {
        driver().updateRef(index, value);
    }

    @Override
    public void updateBlob(int index, Blob value) throws SQLException {
        driver().updateBlob(index, value);
    }

    @Override
    public void updateClob(int index, Clob value) throws SQLException {
        driver().updateClob(index, value);
    }

    @Override
    public void updateArray(int index, Array value) throws SQLException {
        driver().updateArray(index, value);
    }

    @Override
    public void updateRowId(int index, RowId value) throws SQLException {
        driver().updateRowId(index, value);
    }

    @Override
    public void updateNString(int index, String value) throws SQLException {
        driver().updateNString(index, value);
    }

    @Override
    public void updateNClob(int index, NClob value) throws SQLException {
        driver().updateNClob(index, value);
    }

    @Override
    public void updateSQLXML(int index, SQLXML value) throws SQLException {
        driver().updateSQLXML(index, value);
    }

    @Override
    public void updateNCharacterStream(int index, Reader value, long length) throws SQLException {
        driver().updateNCharacterStream(index, value, length);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value, long length) throws SQLException {
        driver().updateAsciiStream(index, value, length);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value, long length) throws SQLException {
        driver().updateBinaryStream(index, value, length);
    }

    @Override
    public void updateCharacterStream(int index, Reader value, long length) throws SQLException {
        driver().updateCharacterStream(index, value, length);
    }

    @Override
    public void updateBlob(int index, InputStream value, long length) throws SQLException {
        driver().updateBlob(index, value, length);
    }

    @Override
    public void updateClob(int index, Reader value, long length) throws SQLException {
        driver().updateClob(index, value, length);
    }

    @Override
    public void updateNClob(int index, Reader value, long length) throws SQLException {
        driver().updateNClob(index, value, length);
    }

    @Override
    public void updateNCharacterStream(int index, Reader value) throws SQLException {
        driver().updateNCharacterStream(index, value);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value) throws SQLException {
        driver().updateAsciiStream(index, value);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value) throws SQLException {
        driver().updateBinaryStream(index, value);
    }

    @Override
    public void updateCharacterStream(int index, Reader value) throws SQLException {
        driver().updateCharacterStream(index, value);
    }

    @Override
    public void updateBlob(int index, InputStream value) throws SQLException {
        driver().updateBlob(index, value);
    }

    @Override
    public void updateClob(int index, Reader value) throws SQLException {
        driver().updateClob(index, value);
    }

    @Override
    public void updateNClob(int index, Reader value) throws SQLException {
        driver().updateNClob(index, value);
    }

    @Override
    public void updateObject(int index, Object value, SQLType sqlType, int scaleOrLength) throws SQLException {
        driver().updateObject(index, value, sqlType, scaleOrLength);
    }

    @Override
    public void updateObject(int index, Object value, SQLType sqlType) throws SQLException {
        driver().updateObject(index, value, sqlType);
    }
}
