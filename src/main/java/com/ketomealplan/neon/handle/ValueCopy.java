package com.ketomealplan.neon.handle;

import java.lang.reflect.Array;
import java.sql.SQLException;
import java.util.Calendar;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.util.PGobject;

/** Copies the value of a parameter, which may be bound again later: the driver reads one as it is bound, and it may change afterwards. */
final class ValueCopy {

    private ValueCopy() {}

    /** Returns a copy of a mutable value, and any other value itself. */
    static Object of(Object value) throws SQLException {
        if (value instanceof Date date) {
            return date.clone();
        }
        if (value instanceof Calendar calendar) {
            return calendar.clone();
        }
        if (value instanceof PGobject object) {
            try {
                return object.clone();
            } catch (CloneNotSupportedException e) {
                throw new SQLException("a value of " + object.getClass().getName() + " cannot be copied", "0A000", e);
            }
        }
        if (value instanceof Map<?, ?> map) { // an hstore
            return new LinkedHashMap<>(map);
        }
        return value != null && value.getClass().isArray() ? ofArray(value) : value;
    }

    private static Object ofArray(Object array) {
        int length = Array.getLength(array);
        Object copy = Array.newInstance(array.getClass().getComponentType(), length);
        System.arraycopy(array, 0, copy, 0, length);
        return copy;
    }
}
