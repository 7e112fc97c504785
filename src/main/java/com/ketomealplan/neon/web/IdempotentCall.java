package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.StoredAnswer;
import com.ketomealplan.neon.web.CurrentRequest.MatchedRequest;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.Callable;

/** Calls a resource method for a request with a key, possibly several times, and keeps its last response. Not thread-safe. */
final class IdempotentCall {

    private final MatchedRequest request;
    private final Callable<Object> work;
    private final ResponseWriter writer;
    private WrittenResponse last;

    IdempotentCall(MatchedRequest request, Callable<Object> work, ResponseWriter writer) {
        this.request = request;
        this.work = work;
        this.writer = writer;
    }

    /** Calls the method, and writes its answer. */
    StoredAnswer answer() throws Exception {
        Object result = work.call();
        ResponseWriter.checkNotStreaming(result);
        last = writer.write(result, request.context(), request.writers());
        return last.toStored();
    }

    /** Returns the response of the last call. */
    Response response() {
        return last.toResponse();
    }
}
