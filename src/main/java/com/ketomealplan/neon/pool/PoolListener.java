package com.ketomealplan.neon.pool;

import java.time.Duration;

/** Listens to the events of a pool, on the thread on which they happen: must not block. */
public interface PoolListener {

    /** A caller has waited in the queue on this thread, with or without success. */
    default void onWaitEnded(WaitTime wait) {}

    /** The socket of an idle connection was checked before use. */
    default void onChecked(Duration time) {}

    /** A connection was returned by its borrower after that time. */
    default void onReturned(Duration time) {}

    /** A connection was evicted. */
    default void onEvicted(EvictionReason reason) {}

    /**
     * A caller was rejected, or gave up because its wait timed out or it was interrupted, whatever it is thrown. Not called if a failure to
     * open a connection has ended its wait.
     */
    default void onWaitFailed() {}
}
