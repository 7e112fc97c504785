package com.ketomealplan.neon.pool;

import java.time.Duration;

/** Hears what happens in a pool, on the thread on which it happens: must not block. */
public interface PoolListener {

    /** A caller found no idle connection, and has waited in line on this thread, with or without success. */
    default void waited(Wait wait) {}

    /** An idle connection was looked at before use, as it had not been used for a second. */
    default void checked(Duration time) {}

    /** A borrower is done. */
    default void used(Duration time) {}

    /** A connection was closed. */
    default void evicted(Eviction cause) {}

    /** A caller was not let into the line, or has waited in vain. */
    default void strained() {}
}
