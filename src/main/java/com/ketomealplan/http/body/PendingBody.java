package com.ketomealplan.http.body;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * A request body that is arriving. Jetty's selector thread reads what is available and continues with the next connection. Bytes
 * are copied, because a chunk of one byte would retain a whole buffer.
 */
final class PendingBody implements Invocable.Task {

    private static final int FIRST_CAPACITY = 1024;

    private final PendingBodies all;
    private final Request request;
    private final long limit;
    private final long begunNanos;
    private final LongSupplier nanoTime;

    /** Null when discarded, by any thread. All other fields are used by the reading thread only. */
    private final AtomicReference<byte[]> bytes = new AtomicReference<>(new byte[0]);

    private int length;
    private Throwable failure;
    private Runnable whenCollected;

    /**
     * @param limit in bytes
     */
    PendingBody(PendingBodies all, Request request, long limit, LongSupplier nanoTime) {
        this.all = all;
        this.request = request;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.begunNanos = nanoTime.getAsLong();
        if (request.getLength() > limit) { // not a byte of it is wanted
            failure = BodyRefusedException.tooLarge(limit);
        }
    }

    /** Reads what is available; returns whether the body is complete or has failed. */
    boolean isCollected() {
        for (boolean last = false; !last && failure == null; ) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                failure = all.tooSlowAfter(nanoTime.getAsLong() - begunNanos).orElse(null);
                return failure != null;
            }
            last = chunk.isLast();
            if (Content.Chunk.isFailure(chunk)) {
                failure = asRefusal(chunk.getFailure());
            } else {
                append(chunk.getByteBuffer());
                chunk.release();
            }
        }
        return true;
    }

    private Throwable asRefusal(Throwable found) {
        if (bytes.get() == null) {
            return BodyRefusedException.noRoom();
        }
        return found instanceof TimeoutException ? all.tooSlow() : found; // Jetty's idle timeout
    }

    private void append(ByteBuffer more) {
        int added = more.remaining();
        if (length + (long) added > limit) {
            failure = BodyRefusedException.tooLarge(limit);
            return;
        }
        byte[] into = withRoomFor(length + added);
        if (into == null) {
            failure = BodyRefusedException.noRoom();
            return;
        }
        more.get(into, length, added);
        length += added;
    }

    /** Returns a buffer; null if there is no memory. */
    private byte[] withRoomFor(int needed) {
        byte[] before = bytes.get();
        if (before == null || needed <= before.length) {
            return before;
        }
        long expected = request.getLength() > 0 ? request.getLength() : limit;
        long doubled = Math.max(FIRST_CAPACITY, 2L * before.length);
        int capacity = (int) Math.max(needed, Math.min(expected, doubled));
        if (whenCollected != null && !all.hasRoom(this, capacity)) {
            return null;
        }
        byte[] after = Arrays.copyOf(before, capacity);
        return bytes.compareAndSet(before, after) ? after : null;
    }

    /** Returns whether it has more bytes than it may have. Its rest is not read. */
    boolean isTooLarge() {
        return failure instanceof BodyRefusedException refused && refused.status() == HttpStatus.PAYLOAD_TOO_LARGE_413;
    }

    /**
     * Reads the rest as it arrives.
     *
     * @param then is called when the body is collected, on a thread that must not block
     */
    void collect(Runnable then) {
        whenCollected = then;
        all.enter(this, bytes.get().length);
        request.demand(this);
    }

    /** Discards the bytes: the request will be refused. */
    void discard() {
        bytes.set(null);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
        if (!isCollected()) {
            request.demand(this);
            return;
        }
        if (!all.arrived(this) && failure == null) {
            failure = BodyRefusedException.noRoom();
        }
        if (failure != null) {
            discard(); // before the answer, which may take its time
        }
        whenCollected.run();
    }

    /** Returns the request with its body or failure. */
    CollectedRequest request() {
        return failure == null
                ? new CollectedRequest(request, ByteBuffer.wrap(bytes.get(), 0, length))
                : new CollectedRequest(request, failure);
    }
}
