package com.ketomealplan.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * One body on its way. Jetty's thread that finds something to read takes it and goes on to the next connection. What is taken
 * is copied: a byte that is kept as it came would keep the whole buffer that it came in.
 */
final class ArrivingBody implements Invocable.Task {

    private static final int FIRST_CAPACITY = 1024;

    private final ArrivingBodies all;
    private final Request request;
    private final long limit;
    private final long begunNanos;
    private final LongSupplier nanoTime;

    /** Null when they were given up, which any thread may do. All else is of the one that reads. */
    private final AtomicReference<byte[]> bytes = new AtomicReference<>(new byte[0]);

    private int length;
    private Throwable failure;
    private Runnable whenCollected;

    /**
     * @param limit in bytes
     */
    ArrivingBody(ArrivingBodies all, Request request, long limit, LongSupplier nanoTime) {
        this.all = all;
        this.request = request;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.begunNanos = nanoTime.getAsLong();
    }

    /** Takes what has come. Whether nothing more is to be waited for: the body is whole, or will not be. */
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
        return found instanceof TimeoutException ? all.tooSlow() : found; // nothing came for Jetty's idle time-out
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

    /** Null if there is none. */
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

    /**
     * Has what comes taken when it comes.
     *
     * @param then is called when it is collected, by a thread that must not wait
     */
    void awaitTheRest(Runnable then) {
        whenCollected = then;
        all.enter(this, bytes.get().length);
        request.demand(this);
    }

    /** Its memory is needed: the request will be refused. */
    void giveUp() {
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
            giveUp(); // before the answer, which may take its time
        }
        whenCollected.run();
    }

    /** The request with what came of it. */
    CollectedRequest request() {
        return failure == null
                ? new CollectedRequest(request, ByteBuffer.wrap(bytes.get(), 0, length))
                : new CollectedRequest(request, failure);
    }
}
