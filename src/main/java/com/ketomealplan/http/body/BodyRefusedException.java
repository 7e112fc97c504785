package com.ketomealplan.http.body;

import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.http.HttpStatus;

/** Thrown when the body of a request is read that was refused. The message is for the client. */
final class BodyRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;

    private BodyRefusedException(int status, String detail) {
        super(detail);
        this.status = status;
    }

    static BodyRefusedException tooLarge(long limit) {
        return new BodyRefusedException(
                HttpStatus.PAYLOAD_TOO_LARGE_413, "The body has more than the " + limit + " bytes that are taken.");
    }

    static BodyRefusedException tooSlow(Duration longest) {
        return new BodyRefusedException(
                HttpStatus.REQUEST_TIMEOUT_408, "The body has not arrived within " + longest.toMillis() + " ms.");
    }

    static BodyRefusedException noRoom() {
        return new BodyRefusedException(
                HttpStatus.REQUEST_TIMEOUT_408,
                "The body has not arrived, and there is no room for all that are arriving. Send it again, and faster.");
    }

    int status() {
        return status;
    }

    /** Has no stack trace: the cause is the request, and not the code that reads it. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
