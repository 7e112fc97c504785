package com.ketomealplan.neon.connect;

import java.time.Duration;

/**
 * The timeout of each phase of opening a connection.
 *
 * @param tcp for {@link Phase#TCP}
 * @param tls for {@link Phase#TLS}
 * @param login for {@link Phase#LOGIN}
 */
public record PhaseTimeouts(Duration tcp, Duration tls, Duration login) {

    public static final PhaseTimeouts DEFAULT =
            new PhaseTimeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30));

    Duration of(Phase phase) {
        return switch (phase) {
            case TCP -> tcp;
            case TLS -> tls;
            case LOGIN -> login;
        };
    }
}
