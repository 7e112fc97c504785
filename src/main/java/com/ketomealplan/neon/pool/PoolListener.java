package com.ketomealplan.neon.pool;

import java.time.Duration;

/** Hears what happens in a pool, on the thread on which it happens: must not block. */
public interface PoolListener {

    /** A caller found no idle connection, and has waited in line for so long, with or without success. */
    default void waited(Duration time) {}

    /** A caller was not let into the line, or has waited in vain. */
    default void strained() {}
}
