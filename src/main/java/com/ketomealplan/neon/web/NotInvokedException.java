package com.ketomealplan.neon.web;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/**
 * A resource method that was not invoked, because its request is answered already. An exception, because Jersey takes for a method
 * without a result whatever is returned in its place for its end.
 */
final class NotInvokedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Response answer;

    NotInvokedException(Response answer) {
        super(null, null, false, false);
        this.answer = answer;
    }

    /** Gives its answer. */
    static final class Mapper implements ExceptionMapper<NotInvokedException> {
        @Override
        public Response toResponse(NotInvokedException exception) {
            return exception.answer;
        }
    }
}
