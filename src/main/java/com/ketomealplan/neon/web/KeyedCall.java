package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.StoredAnswer;
import com.ketomealplan.neon.web.CurrentRequest.InHand;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.Callable;

/** Calls a resource method for a request with a key, possibly several times, and keeps its last response. Not thread-safe. */
final class KeyedCall {

    private final InHand request;
    private final Callable<Object> work;
    private final AnswerWriter writer;
    private WrittenAnswer last;

    KeyedCall(InHand request, Callable<Object> work, AnswerWriter writer) {
        this.request = request;
        this.work = work;
        this.writer = writer;
    }

    /** Calls the method, and writes its answer. */
    StoredAnswer answer() throws Exception {
        Object result = work.call();
        AnswerWriter.checkNotStreaming(result);
        last = writer.write(result, request.context(), request.writers());
        return last.toStored();
    }

    /** Returns the response of the last call. */
    Response response() {
        return last.toResponse();
    }
}
