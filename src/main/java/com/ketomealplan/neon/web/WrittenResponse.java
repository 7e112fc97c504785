package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.StoredAnswer;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.glassfish.jersey.message.internal.HeaderUtils;

/**
 * A response with its body as the JAX-RS writer wrote it.
 *
 * @param response as the resource built it, or as Jersey would
 * @param entity the entity that was written
 * @param type its media type
 * @param headers the headers of the response, with those of the writer
 * @param body null if there is no entity
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record WrittenResponse(
        Response response, Object entity, MediaType type, MultivaluedMap<String, Object> headers, byte[] body) {

    /** The header of a replayed response. */
    private static final String REPLAYED = "Idempotency-Replayed";

    /** Headers that belong to one connection, session or request, and are not stored for repetitions. */
    private static final Set<String> NOT_KEPT = Set.of(
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "proxy-authenticate",
            "proxy-connection",
            "server-timing",
            "set-cookie",
            "te",
            "traceparent",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-request-id");

    StoredAnswer toStored() {
        Map<String, List<String>> kept = new LinkedHashMap<>();
        HeaderUtils.asStringHeaders(headers, (Configuration) null).forEach((name, values) -> {
            if (!NOT_KEPT.contains(name.toLowerCase(Locale.ROOT))) {
                kept.put(name, List.copyOf(values));
            }
        });
        return new StoredAnswer(response.getStatus(), kept, body);
    }

    /** Returns the response with the bytes that were written. */
    Response toResponse() {
        Response.ResponseBuilder builder = Response.fromResponse(response).replaceAll(headers);
        return body == null ? builder.build() : builder.entity(body).type(type).build();
    }

    /** Returns the response to a repetition. */
    static Response replayed(StoredAnswer answer) {
        Response.ResponseBuilder response = Response.status(answer.status()).entity(answer.body());
        answer.headers().forEach((name, values) -> values.forEach(value -> response.header(name, value)));
        return response.header(REPLAYED, "true").build();
    }

    boolean isOf(Object other, MediaType otherType) {
        return body != null && entity == other && type.equals(otherType);
    }
}
