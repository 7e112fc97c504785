package com.ketomealplan.neon.transaction;

import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.List;
import java.util.stream.BaseStream;
import org.jdbi.v3.core.result.ResultIterable;

/** Detects results that are read from the database lazily, which must not outlive their unit of work. */
final class StreamingResults {

    private static final List<Class<?>> TYPES = List.of(BaseStream.class, Iterator.class, ResultIterable.class);

    /** Whether a class is streaming, by class. */
    private static final ClassValue<Boolean> STREAMING = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return TYPES.stream().anyMatch(streaming -> streaming.isAssignableFrom(type));
        }
    };

    private static final String READ_TOO_LATE =
            " would be read after its unit of work has ended, when its connection is another unit's:"
                    + " consume it inside the unit, and return a List";

    private StreamingResults() {}

    static boolean isStreaming(Class<?> type) {
        return STREAMING.get(type);
    }

    /**
     * Checks what a unit is about to return.
     *
     * @param others further types that are read lazily
     * @throws IllegalStateException if it would be read later
     */
    static void check(Object result, Class<?>... others) {
        if (result != null && (isStreaming(result.getClass()) || isOneOf(others, result))) {
            throw new IllegalStateException("the " + result.getClass().getName() + " that is returned" + READ_TOO_LATE);
        }
    }

    /** Loops without a stream: called for each answer. */
    private static boolean isOneOf(Class<?>[] types, Object result) {
        for (Class<?> type : types) {
            if (type.isInstance(result)) {
                return true;
            }
        }
        return false;
    }

    /** Creates the exception for a method of a SQL object that is called outside a unit. */
    static IllegalStateException exceptionFor(Method method) {
        return new IllegalStateException("what " + method.getDeclaringClass().getSimpleName() + "." + method.getName()
                + " returns" + READ_TOO_LATE);
    }
}
