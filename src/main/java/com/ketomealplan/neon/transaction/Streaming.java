package com.ketomealplan.neon.transaction;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.List;
import java.util.stream.BaseStream;
import org.jdbi.v3.core.result.ResultIterable;

/** Results that are read from the database only when they are used, which must not be after their unit of work. */
final class Streaming {

    private static final List<Class<?>> TYPES = List.of(BaseStream.class, Iterator.class, ResultIterable.class);

    /** Of every class that a unit returns. */
    private static final ClassValue<Boolean> KNOWN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return TYPES.stream().anyMatch(streaming -> streaming.isAssignableFrom(type));
        }
    };

    private static final String WHAT_TO_DO =
            " would be read after its unit of work has ended, when its connection is another unit's:"
                    + " use it up inside the unit, and return a List";

    private Streaming() {}

    static boolean isOf(Class<?> type) {
        return KNOWN.get(type);
    }

    /**
     * Checks what a unit is about to return.
     *
     * @param others what is read later there, too
     * @throws IllegalStateException if it would be read later
     */
    static void refuse(Object result, Class<?>... others) {
        if (result != null && (isOf(result.getClass()) || isOneOf(others, result))) {
            throw new IllegalStateException("the " + result.getClass().getName() + " that is returned" + WHAT_TO_DO);
        }
    }

    /** Without a stream: each answer comes by here. */
    private static boolean isOneOf(Class<?>[] types, Object result) {
        for (Class<?> type : types) {
            if (type.isInstance(result)) {
                return true;
            }
        }
        return false;
    }

    /** For a method of a SQL object that was called outside a unit. */
    static IllegalStateException refused(Method method) {
        return new IllegalStateException("what " + method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + " returns" + WHAT_TO_DO);
    }
}
