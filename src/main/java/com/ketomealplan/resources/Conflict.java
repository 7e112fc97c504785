package com.ketomealplan.resources;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.Response.Status;

/** 409: what was asked for contradicts what is stored. */
final class Conflict extends ClientErrorException {

    private static final long serialVersionUID = 1L;

    Conflict(String detail) {
        super(detail, Status.CONFLICT);
    }
}
