package com.ketomealplan.neon.lease;

/**
 * Where the log's context (MDC) says which request a thread serves. Whoever serves requests puts it there, if they have such ids;
 * the layer reads them.
 */
public final class LogContext {

    /** The request's own id. */
    public static final String REQUEST = "request_id";

    /** Of the trace that the request is part of. */
    public static final String TRACE = "trace_id";

    private LogContext() {}
}
