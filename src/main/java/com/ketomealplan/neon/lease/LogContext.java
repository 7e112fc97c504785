package com.ketomealplan.neon.lease;

/**
 * The keys of the log context (MDC) that name the request of a thread. The HTTP layer puts them there; this layer reads them, and puts them
 * on its own threads while these work for the request.
 */
public final class LogContext {

    /** The id of the request. */
    public static final String REQUEST = "request_id";

    /** The id of the request's trace. */
    public static final String TRACE = "trace_id";

    private LogContext() {}
}
