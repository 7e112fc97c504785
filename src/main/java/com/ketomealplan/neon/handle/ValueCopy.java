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

    /** The same for a value without a type, where a map is an hstore. With the type of a text it would be its {@code toString()}. */
    static Object ofUntyped(Object value) throws SQLException {
        return value instanceof Map<?, ?> map ? new LinkedHashMap<>(map) : of(value);
    }

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
        return value != null && value.getClass().isArray() ? ofArray(value) : value;
    }

    private static Object ofArray(Object array) throws SQLException {
        int length = Array.getLength(array);
        Class<?> component = array.getClass().getComponentType();
        Object copy = Array.newInstance(component, length);
        if (component.isPrimitive()) {
            System.arraycopy(array, 0, copy, 0, length);
        } else {
            for (int i = 0; i < length; i++) {
                Array.set(copy, i, of(Array.get(array, i)));
            }
        }
        return copy;
    }
}
