package com.ketomealplan.neon.gate;

/** A request to a {@link WakeGate} for one connection. Thread-safe. */
public final class OpeningRequest {

    private final WakeGate gate;
    private final ConnectionReceiver caller;
    /** Guarded by the gate's lock. */
    private boolean abandoned;

    OpeningRequest(WakeGate gate, ConnectionReceiver caller) {
        this.gate = gate;
        this.caller = caller;
    }

    /**
     * Cancels the request.
     *
     * @return false if an attempt was begun for it: its result goes to the caller, and a failed one is not repeated
     */
    public boolean cancel() {
        return gate.cancel(this);
    }

    ConnectionReceiver caller() {
        return caller;
    }

    void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }
}
