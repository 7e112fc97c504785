package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.time.Duration;

/**
 * How long the server has for the answer to a statement that is cancelled; then its connection is closed, and taken for silent. The way of
 * the request is not the server's time, and is measured: it is the one by which the connection itself was opened.
 */
public final class TimeToCancel {

    /** For the server alone. */
    static final Duration LEAST = Duration.ofMillis(100);

    /** A connection that took long to open, on a bad day, is not waited for so long. */
    private static final Duration LONGEST_PART = Duration.ofSeconds(1);

    /** A cancel request takes a TCP connection and the way of the answer: two round trips, and as many for its luck. */
    private static final int ROUND_TRIPS = 4;

    /** If the connection is encrypted, the request is too: that takes one handshake, and as much for its luck. */
    private static final int HANDSHAKES = 2;

    private TimeToCancel() {}

    /** For this connection. */
    public static Duration of(PhysicalConnection connection) {
        return connection.openingTimes().map(TimeToCancel::after).orElse(LEAST);
    }

    /**
     * For a connection that took so long to open.
     *
     * @param opened without TLS, that phase is next to nothing
     */
    static Duration after(OpeningTimes opened) {
        return LEAST.plus(part(opened, Phase.TCP, ROUND_TRIPS)).plus(part(opened, Phase.TLS, HANDSHAKES));
    }

    private static Duration part(OpeningTimes opened, Phase phase, int times) {
        Duration time = opened.phases().getOrDefault(phase, Duration.ZERO).multipliedBy(times);
        return time.compareTo(LONGEST_PART) < 0 ? time : LONGEST_PART;
    }
}
