package com.ketomealplan.neon.migration;

/**
 * The database lacks changesets of the change log. It has no stack trace, because Dropwizard's commands print what they are thrown, and
 * an operator reads it.
 */
public final class PendingChangesetsException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * @param target what lacks them
     */
    public PendingChangesetsException(int pending, String target) {
        super(Migrations.describe(pending, target));
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
