package com.ketomealplan.neon.connect;

/** One connection that somebody has asked a {@link WakeGate} for. Thread-safe. */
public final class OpeningRequest {

    private final WakeGate gate;
    private final WakeGate.Caller caller;
    /** Guarded by the gate's lock. */
    private boolean abandoned;

    OpeningRequest(WakeGate gate, WakeGate.Caller caller) {
        this.gate = gate;
        this.caller = caller;
    }

    /**
     * Takes the request back.
     *
     * @return whether that came in time; otherwise an attempt is being made for it, the last one, and the caller will be called
     */
    public boolean cancel() {
        return gate.cancel(this);
    }

    WakeGate.Caller caller() {
        return caller;
    }

    void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }
}
