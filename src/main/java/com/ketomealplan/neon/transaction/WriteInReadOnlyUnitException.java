package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import com.ketomealplan.neon.lease.Purpose;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/** Thrown if a read-only unit of work writes, which the server has refused. A programming error. */
public final class WriteInReadOnlyUnitException extends JdbiException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    WriteInReadOnlyUnitException(Throwable cause) {
        super(
                "%s writes, although its @Transaction(readOnly = true) is read-only"
                        .formatted(Purpose.current().orElse("a unit of work")),
                cause);
    }

    @Override
    public Stage stage() {
        return Stage.WORKING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(FailureKind.PROGRAM);
    }
}
