package com.ketomealplan.neon.migration;

import com.ketomealplan.neon.failure.Failure;
import java.util.List;

/**
 * Thrown if Liquibase has failed: a changeset failed, the role lacks a privilege, the connection was lost. The message is the one line of
 * its causes that matters; there is no stack trace, because commands print the exception for an operator.
 */
public final class MigrationFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * @param what the task that failed
     */
    MigrationFailedException(String what, Exception cause) {
        super(what + ": " + inOneLine(cause), null, false, false);
    }

    /** Returns the name and the error of a failed changeset, or else the innermost cause. */
    private static String inOneLine(Exception cause) {
        List<Throwable> causes = Failure.causes(cause)
                .filter(found -> found.getMessage() != null)
                .toList();
        return causes.stream()
                .filter(liquibase.exception.MigrationFailedException.class::isInstance)
                .findFirst()
                .or(() -> causes.stream().reduce((outer, inner) -> inner))
                .map(Throwable::getMessage)
                .orElseGet(cause::toString)
                .replaceAll("\\s+", " ")
                .replace("liquibase.exception.DatabaseException: ", "")
                .strip();
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
