package com.ketomealplan.neon.migration;

/**
 * Thrown if the database has pending changesets. There is no stack trace, because Dropwizard's commands print the exception for an
 * operator.
 */
public final class PendingChangesetsException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * @param target the database
     */
    public PendingChangesetsException(int pending, String target) {
        super(Migrations.describe(pending, target), null, false, false);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
