package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.time.Duration;

/**
 * How long the server has to answer a cancelled statement before its connection is closed and taken for unresponsive. The time of
 * the network is added, estimated by the time that the connection took to open.
 */
public final class CancelTimeout {

    /** The time of the server alone. */
    static final Duration SERVER_TIME = Duration.ofMillis(100);

    /** Limits the part of each phase, for a connection that took exceptionally long to open. */
    private static final Duration MAX_PART = Duration.ofSeconds(1);

    /** A cancel request takes two round trips, for TCP and for the answer, doubled as a margin. */
    private static final int ROUND_TRIPS = 4;

    /** An encrypted cancel request takes one TLS handshake, doubled as a margin. */
    private static final int HANDSHAKES = 2;

    private CancelTimeout() {}

    /** Returns the timeout for a connection. */
    public static Duration of(PhysicalConnection connection) {
        return connection.openingTimes().map(CancelTimeout::after).orElse(SERVER_TIME);
    }

    /**
     * Returns the timeout for a connection by the times of its opening.
     *
     * @param opened the times; without TLS, that phase is almost zero
     */
    static Duration after(OpeningTimes opened) {
        return SERVER_TIME.plus(part(opened, Phase.TCP, ROUND_TRIPS)).plus(part(opened, Phase.TLS, HANDSHAKES));
    }

    private static Duration part(OpeningTimes opened, Phase phase, int times) {
        Duration time = opened.phases().getOrDefault(phase, Duration.ZERO).multipliedBy(times);
        return time.compareTo(MAX_PART) < 0 ? time : MAX_PART;
    }
}
