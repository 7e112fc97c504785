package com.ketomealplan.http;

import com.ketomealplan.neon.web.Problem;
import java.util.Locale;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Writes a problem for errors that Jetty finds before the servlets, such as a path that cannot be decoded. */
final class ProblemErrorHandler extends ErrorHandler {

    /** The methods in {@code Allow} for an unknown method. */
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private static final String ALLOWED_ORIGIN = "Access-Control-Allow-Origin";

    ProblemErrorHandler() {
        setShowStacks(false);
        setShowCauses(false);
    }

    /** Returns true: by default, Jetty writes a body only for errors of GET, HEAD and POST. */
    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request, Response response, int found, String message, Throwable cause, Callback callback) {
        int code = ofClient(found);
        response.setStatus(code);
        String id = RequestId.of(request.getHeaders().get(RequestId.HEADER));
        response.getHeaders().put(RequestId.HEADER, id);
        SecurityHeadersFilter.HEADERS.forEach(response.getHeaders()::put);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        if (code == 405 && !response.getHeaders().contains(HttpHeader.ALLOW)) { // no resource was called
            response.getHeaders().put(HttpHeader.ALLOW, METHODS);
        }
        if (response.getHeaders().contains(ALLOWED_ORIGIN)) { // Jetty has dropped what came with it
            response.getHeaders().ensureField(new HttpField(HttpHeader.VARY, HttpHeader.ORIGIN.asString()));
        }
        if (code == 400 || code == 414) {
            // Jetty closes the connection, but does not announce it: a client would send its next request on it
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        if (isRetryable(code) && code != 408) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        }
        // Only own texts, numbers and ids, which need no JSON escapes
        Object trace = request.getAttribute(RequestTracing.KEY);
        String title = HttpStatus.getMessage(code);
        String problem = String.format(
                Locale.ROOT, // other languages have other digits
                "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\",\"retryable\":%b,\"request_id\":\"%s\"%s}",
                title,
                code,
                detail(code, title),
                isRetryable(code),
                id,
                trace == null ? "" : ",\"trace_id\":\"" + trace + "\"");
        Content.Sink.write(response, true, problem, callback);
    }

    /** Maps statuses that are errors of the client, and would ask for what there is not. */
    private static int ofClient(int code) {
        return switch (code) {
            case 501 -> 405; // an unknown method
            case 426, 505 -> 400; // HTTP/2 without an upgrade, an unknown version, or an invalid request line
            default -> code;
        };
    }

    /** Returns whether the request can be retried: nothing was done. */
    private static boolean isRetryable(int code) {
        return code == 408 || code == 429 || code == 503;
    }

    private static String detail(int code, String title) {
        return switch (code) {
            case 400 -> "The request is not well-formed HTTP.";
            case 405 -> "The service does not take that method.";
            case 414 -> "The URI of the request is too long.";
            case 431 -> "The headers of the request are too large.";
            case 503 -> "The service is stopping. Try again at another instance.";
            default -> title + ".";
        };
    }
}
