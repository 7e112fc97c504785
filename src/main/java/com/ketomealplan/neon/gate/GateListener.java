package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.failure.FailureKind;

/** Listens to attempts to open connections, on any thread: must not block. */
public interface GateListener {

    /** {@link WakeGate#snapshot()} may have changed. */
    default void onChange() {}

    /** A connection was opened. */
    default void onOpened(OpeningTimes times) {}

    /** An attempt has failed. */
    default void onFailed(FailureKind kind) {}
}
