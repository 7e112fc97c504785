package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.PhaseTimeouts;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDuration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The {@code connect:} block of {@link NeonDataSourceFactory}: the timeout of each phase of opening a connection. What is
 * left out has its default.
 *
 * @param tcpTimeout for the TCP handshake, and for the DNS look-up before it, which is not cut short; 5 seconds by default
 * @param tlsTimeout for the TLS handshake; 5 seconds by default
 * @param loginTimeout for the log-in, in which a sleeping Neon compute wakes; 30 seconds by default
 */
public record ConnectSettings(
        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS, message = "must be at least 100ms")
        @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
        Duration tcpTimeout,

        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS, message = "must be at least 100ms")
        @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
        Duration tlsTimeout,

        @MinDuration(value = 100, unit = TimeUnit.MILLISECONDS, message = "must be at least 100ms")
        @MaxDuration(value = 10, unit = TimeUnit.MINUTES, message = "must be at most 10m")
        Duration loginTimeout) {

    static final ConnectSettings DEFAULT =
            new ConnectSettings(Duration.seconds(5), Duration.seconds(5), Duration.seconds(30));

    public ConnectSettings {
        tcpTimeout = Objects.requireNonNullElseGet(tcpTimeout, () -> DEFAULT.tcpTimeout);
        tlsTimeout = Objects.requireNonNullElseGet(tlsTimeout, () -> DEFAULT.tlsTimeout);
        loginTimeout = Objects.requireNonNullElseGet(loginTimeout, () -> DEFAULT.loginTimeout);
    }

    PhaseTimeouts timeouts() {
        return new PhaseTimeouts(
                tcpTimeout.toJavaDuration(), tlsTimeout.toJavaDuration(), loginTimeout.toJavaDuration());
    }
}
