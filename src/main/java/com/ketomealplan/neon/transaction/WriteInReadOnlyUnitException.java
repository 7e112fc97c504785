package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.Staged;
import com.ketomealplan.neon.lease.Purpose;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/** A unit of work whose annotation says that it only reads has written, which the server refused. The program's mistake. */
public final class WriteInReadOnlyUnitException extends JdbiException implements Staged {

    private static final long serialVersionUID = 1L;

    WriteInReadOnlyUnitException(Throwable cause) {
        super(
                "%s is to read only, by its @Transaction(readOnly = true), and writes"
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
