package com.ketomealplan.neon.idempotency;

import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/**
 * An answer as it is stored with its key.
 *
 * @param fingerprint of the request that it answered
 * @param headers those that the resource set
 * @param body null if it has none
 */
@SuppressWarnings("ArrayRecordComponent")
record StoredAnswer(byte[] fingerprint, int status, Map<String, List<String>> headers, byte[] body) {

    /** Says that an answer is a stored one. */
    static final String REPLAYED = "Idempotency-Replayed";

    /** The same bytes for the first request and for its repetitions. */
    Response toResponse(boolean replayed) {
        Response.ResponseBuilder response = Response.status(status).entity(body);
        headers.forEach((name, values) -> values.forEach(value -> response.header(name, value)));
        return replayed ? response.header(REPLAYED, "true").build() : response.build();
    }
}
