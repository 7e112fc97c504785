package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.PhysicalConnection;

/** Gets the result of a request to the gate. Called exactly once, unless the request is cancelled. */
public interface ConnectionReceiver {

    /**
     * The receiver owns the connection, and closes it with {@link WakeGate#close}, also if it throws. Called on a thread of the gate: may
     * block.
     */
    void onOpened(PhysicalConnection connection);

    /** No connection was opened. Called on a thread of the gate, the caller's or the timer's: must not block. */
    void onFailed(OpeningFailedException reason);
}
