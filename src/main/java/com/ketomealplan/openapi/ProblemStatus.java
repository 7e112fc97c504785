package com.ketomealplan.openapi;

/** The statuses of errors, and when an operation has them. */
enum ProblemStatus {
    BAD_REQUEST(
            400, "The request is not well-formed HTTP, or its body is not well-formed JSON or has a duplicate name."),
    NOT_FOUND(404, "There is nothing at this path."),
    NOT_ACCEPTABLE(406, "The path has no representation that `Accept` allows."),
    REQUEST_TIMEOUT(408, "The body has not arrived in time."),
    CONFLICT(409, "The request conflicts with the stored state."),
    PRECONDITION_FAILED(412, "The representation has changed since the client has seen it; nothing was changed."),
    CONTENT_TOO_LARGE(413, "The body is too large."),
    URI_TOO_LONG(414, "The URI is longer than 8 KiB."),
    UNSUPPORTED_MEDIA_TYPE(
            415, "The media type of the body is not supported, or its encoding, which may only be gzip, once."),
    UNPROCESSABLE_CONTENT(422, "A value is missing or invalid; `errors` has each."),
    TOO_MANY_REQUESTS(
            429, "To a balancer that asks for it by `Drain-Status: 429`: this instance is stopping, ask another."),
    HEADERS_TOO_LARGE(431, "The headers are larger than 8 KiB."),
    INTERNAL_SERVER_ERROR(500, "An unexpected error, which has been logged."),
    SERVICE_UNAVAILABLE(503, "The instance is stopping, or the database cannot be used; `type` has the cause."),
    GATEWAY_TIMEOUT(504, "The deadline passed."),
    INSUFFICIENT_STORAGE(507, "The database's disk is full.");

    private final int code;
    private final String when;

    ProblemStatus(int code, String when) {
        this.code = code;
        this.when = when;
    }

    int code() {
        return code;
    }

    String when() {
        return when;
    }

    /** Returns whether the resource may have been called. */
    boolean isOfResources() {
        return this != HEADERS_TOO_LARGE && this != URI_TOO_LONG;
    }

    /** Returns the name of the component: {@code BAD_REQUEST} as {@code BadRequest}. */
    String component() {
        return Names.pascal(name().replace('_', '-'));
    }
}
