package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.FailureKind;

/** Hears what becomes of attempts to open connections, on any thread: must not block. */
public interface GateListener {

    /** {@link WakeGate#condition()} may be another one now. */
    default void changed() {}

    /** A connection was opened. */
    default void opened(OpeningTimes times) {}

    /** An attempt has failed. */
    default void failed(FailureKind kind) {}
}
