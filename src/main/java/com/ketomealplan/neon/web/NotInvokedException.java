package com.ketomealplan.neon.web;

import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;

/**
 * Thrown instead of the invocation of a resource method whose request has a response already. It is an exception, because Jersey ignores
 * what is returned for a method without a result.
 */
final class NotInvokedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Response answer;

    NotInvokedException(Response answer) {
        super(null, null, false, false);
        this.answer = answer;
    }

    /** Maps it to its response. */
    static final class Mapper implements ExceptionMapper<NotInvokedException> {
        @Override
        public Response toResponse(NotInvokedException exception) {
            return exception.answer;
        }
    }
}
