package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.PhysicalConnection;

/** Gets the result of a request to the gate, on any thread; must not block. Called exactly once, unless the request is cancelled. */
public interface ConnectionReceiver {

    /** The receiver owns the connection, and closes it with {@link WakeGate#close}, also if it throws. */
    void onOpened(PhysicalConnection connection);

    /** No connection was opened. */
    void onFailed(OpeningFailedException reason);
}
