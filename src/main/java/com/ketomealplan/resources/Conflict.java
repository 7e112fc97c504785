package com.ketomealplan.resources;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.Response.Status;

/** 409: the request conflicts with the stored state. */
final class Conflict extends ClientErrorException {

    private static final long serialVersionUID = 1L;

    Conflict(String detail) {
        super(detail, Status.CONFLICT);
    }
}
