package com.ketomealplan.db;

/** There is another user with this e-mail address, in whatever letter case. Says nothing of the two, nor where it was found. */
public final class EmailTakenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmailTakenException() {
        super(null, null, false, false);
    }
}
