package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Optional;

/**
 * Thrown if no connection could be opened: an attempt has failed, or failed lately and would only fail again. Each caller gets an
 * exception of its own, with the same cause.
 */
public final class OpeningFailedException extends SQLTransientConnectionException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    OpeningFailedException(String target, Failure failure, SQLException reason) {
        super(target + ": " + failure.cause(), failure.sqlState().orElse("08001"), reason);
        this.kind = failure.kind();
    }

    @Override
    public Stage stage() {
        return Stage.OPENING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(kind);
    }
}
