package com.ketomealplan.db;

/** Thrown if there is another user with this e-mail address, ignoring case. Has no message and no stack trace. */
public final class EmailTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmailTakenException() {
        super(null, null, false, false);
    }
}
