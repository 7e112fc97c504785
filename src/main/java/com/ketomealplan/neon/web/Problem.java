package com.ketomealplan.neon.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.lease.LogContext;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.jetty.http.HttpStatus;
import org.slf4j.MDC;

/**
 * An error in the format of RFC 9457, for the layer and the services that use it.
 *
 * @param type a URN that clients may compare; {@code about:blank} if the status suffices
 * @param title the reason phrase of the status
 * @param status the HTTP status
 * @param detail what happened and what to do, for a person
 * @param retryable whether the same request may succeed later, and does not act twice; false if unknown
 * @param requestId the id of the request, to search the log for
 * @param traceId the id of the trace, if the request is traced
 * @param errors the fields at fault, if it is about fields
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        boolean retryable,
        @JsonProperty("request_id") String requestId,
        @JsonProperty("trace_id") String traceId,
        List<FieldError> errors) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /**
     * An invalid value.
     *
     * @param in the part of the request: {@code body}, {@code query}, {@code path} or {@code header}
     * @param field its place in there, with the names that the client uses; {@code body} for all of it
     * @param message the error, for a person
     * @param type the error for programs, as in Pydantic, such as {@code missing}
     */
    public record FieldError(String in, String field, String message, String type) {
        @Override
        public String toString() {
            return field + ": " + message;
        }
    }

    /** Creates a problem of this thread's request; it is not retryable, except for 408. */
    public static Problem of(int status, String detail) {
        return new Problem(
                "about:blank",
                HttpStatus.getMessage(status),
                status,
                detail,
                status == HttpStatus.REQUEST_TIMEOUT_408,
                MDC.get(LogContext.REQUEST),
                MDC.get(LogContext.TRACE),
                List.of());
    }

    /** Returns the problem with a type of its own. */
    public Problem ofType(String name) {
        return new Problem("urn:problem-type:" + name, title, status, detail, retryable, requestId, traceId, errors);
    }

    /** Returns the problem with a retry. */
    public Problem retryable(boolean may) {
        return new Problem(type, title, status, detail, may, requestId, traceId, errors);
    }

    /** 422, with the fields at fault. */
    public static Problem ofFields(List<FieldError> errors) {
        String detail =
                String.join("; ", errors.stream().map(FieldError::toString).toList());
        Problem problem = of(HttpStatus.UNPROCESSABLE_ENTITY_422, detail);
        return new Problem(
                problem.type,
                problem.title,
                problem.status,
                problem.detail,
                false,
                problem.requestId,
                problem.traceId,
                List.copyOf(errors));
    }

    public Response toResponse() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }
}
