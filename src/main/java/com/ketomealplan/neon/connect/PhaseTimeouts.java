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

    Duration of(Phase phase) {
        return switch (phase) {
            case TCP -> tcp;
            case TLS -> tls;
            case LOGIN -> login;
        };
    }
}
