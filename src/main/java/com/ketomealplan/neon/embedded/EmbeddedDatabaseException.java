package com.ketomealplan.neon.embedded;

import java.nio.file.Path;

/**
 * The embedded PostgreSQL cannot be used. The message says why and what to do instead. What is wrong with the directory is
 * nothing of the code's: then there is no stack trace.
 */
public final class EmbeddedDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedDatabaseException(String message, Throwable cause) {
        super(message + ". Or set NEON_DATABASE_URL to a database of yours", cause);
    }

    /** A directory that is none for a database. */
    EmbeddedDatabaseException(Path directory, String problem) {
        super(
                "database.embeddedDirectory: the embedded PostgreSQL cannot live in " + directory + ", because "
                        + problem
                        + "; set EMBEDDED_POSTGRES_DIR to another directory, or NEON_DATABASE_URL to a database of yours",
                null,
                false,
                false);
    }

    @Override
    public String toString() {
        return getStackTrace().length == 0 ? getMessage() : super.toString();
    }
}
