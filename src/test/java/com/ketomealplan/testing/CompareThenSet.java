package com.ketomealplan.testing;

import java.util.concurrent.atomic.AtomicReference;

/** The bug that {@link Planted} plants in place of {@link AtomicReference#compareAndSet}. */
public final class CompareThenSet {

    private CompareThenSet() {}

    /** Called by the code that is made. */
    public static boolean in(AtomicReference<Object> reference, Object expected, Object value) {
        if (reference.get() != expected) {
            return false;
        }
        reference.set(value);
        return true;
    }
}
