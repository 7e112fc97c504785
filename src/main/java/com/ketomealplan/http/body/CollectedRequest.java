package com.ketomealplan.http.body;

import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** A request whose body is complete, or has failed. */
final class CollectedRequest extends Request.Wrapper {

    private Content.Chunk next;

    CollectedRequest(Request request, ByteBuffer body) {
        super(request);
        this.next = Content.Chunk.from(body, true);
    }

    /**
     * @param failure the failure of each read of the body
     */
    CollectedRequest(Request request, Throwable failure) {
        super(request);
        this.next = Content.Chunk.from(failure, true);
    }

    @Override
    public Content.Chunk read() {
        Content.Chunk chunk = next;
        next = Content.Chunk.next(chunk);
        return chunk;
    }

    /** Leaves what has not arrived of a failed body to {@link RestOfBody}. */
    @Override
    public boolean consumeAvailable() {
        return !Content.Chunk.isFailure(next) && super.consumeAvailable();
    }

    /** Calls back at once: there is always something to read. */
    @Override
    public void demand(Runnable readable) {
        getContext().execute(readable);
    }
}
