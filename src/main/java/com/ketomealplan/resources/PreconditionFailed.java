package com.ketomealplan.resources;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.Response.Status;

/** 412: the version is not the one that the client has seen. */
final class PreconditionFailed extends ClientErrorException {

    private static final long serialVersionUID = 1L;

    PreconditionFailed() {
        super("It has changed since it had this ETag. Read it again, and decide anew.", Status.PRECONDITION_FAILED);
    }
}
