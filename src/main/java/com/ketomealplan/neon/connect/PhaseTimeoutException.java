package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/** Thrown if a phase of opening a connection took longer than its timeout. The message names the phase. */
public final class PhaseTimeoutException extends SQLTransientConnectionException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    private final Phase phase;

    PhaseTimeoutException(String target, Phase phase, Duration timeout, boolean neon, Throwable cause) {
        super(target + ": " + describe(phase, neon).formatted(seconds(timeout)), "08001", cause);
        this.phase = phase;
    }

    private static String describe(Phase phase, boolean neon) {
        return switch (phase) {
            case TCP -> "no TCP connection within %s: is the host right, and does a firewall let it through?";
            case TLS -> "TCP is connected, but no TLS within %s: is this a PostgreSQL server?";
            case LOGIN ->
                neon
                        ? "the compute is still waking after %s: Neon's proxy has accepted the connection, and not finished the log-in"
                        : "the server has accepted the connection, and not finished the log-in after %s";
        };
    }

    private static String seconds(Duration timeout) {
        return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
    }

    @Override
    public Stage stage() {
        return Stage.OPENING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(phase == Phase.LOGIN ? FailureKind.WAKING : FailureKind.UNAVAILABLE);
    }
}
