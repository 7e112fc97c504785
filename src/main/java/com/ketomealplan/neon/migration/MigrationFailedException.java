package com.ketomealplan.neon.migration;

import java.util.List;
import java.util.stream.Stream;

/**
 * Liquibase could not do what it was told, or not even begin: the role lacks a right, the connection was lost. Its causes repeat each other over some lines; this is the one line that matters, without a
 * stack trace, because commands print what they are thrown, and an operator reads it.
 */
public final class MigrationFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int DEEPEST = 50;

    /**
     * @param what failed
     */
    MigrationFailedException(String what, Exception cause) {
        super(what + ": " + inOneLine(cause));
    }

    /** Of a changeset that failed, its name and why; of anything else the innermost cause. */
    private static String inOneLine(Exception cause) {
        List<Throwable> causes = Stream.iterate((Throwable) cause, found -> found != null, Throwable::getCause)
                .limit(DEEPEST)
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
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
