package com.ketomealplan.logging;

import ch.qos.logback.core.AsyncAppenderBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.FilterReply;
import ch.qos.logback.core.util.InterruptUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes many lines at once. The thread that logs makes the line, of only what the layout prints, and wakes no other thread for it: the
 * writer takes all lines of ten milliseconds.
 *
 * <p>At most {@code queueSize} lines wait, beside those that are being written. When they do, a thread that logs blocks; or with
 * {@code neverBlock} its line is left out, and the log says how many were. A stop writes what waits, for a second at most. Thread-safe.
 *
 * @param <E> what is logged
 */
final class BatchingAppender<E> extends AsyncAppenderBase<E> {

    private static final Logger LOG = LoggerFactory.getLogger(BatchingAppender.class);

    private static final long GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** Between two lines about lines that were left out. */
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final OutputStreamAppender<E> target;
    private final Thread writer = new Thread(this::write, "request-log");
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();

    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private int lines;
    private int blocked;
    private boolean stopping;
    private long leftOut;
    private long quietUntil = System.nanoTime();

    /**
     * @param target whose filters, encoder and stream are used
     */
    BatchingAppender(OutputStreamAppender<E> target) {
        this.target = target;
        writer.setDaemon(true);
    }

    /** Starts the writer, in place of the thread and the queue of the superclass. */
    @Override
    public void start() {
        started = true;
        writer.start();
    }

    /** As the superclass does, without the guard that only its start makes. */
    @Override
    public void doAppend(E event) {
        if (isStarted()) {
            try {
                append(event);
            } catch (RuntimeException e) {
                addError("A line could not be made", e);
            }
        }
    }

    @Override
    protected void append(E event) {
        if (target.getFilterChainDecision(event) == FilterReply.DENY) {
            return;
        }
        byte[] line = target.getEncoder().encode(event);
        lock.lock();
        try {
            if (isNeverBlock() && isFull()) {
                leftOut++;
                return;
            }
            awaitRoom();
            waiting.writeBytes(line);
            lines++;
            if (lines == 1 || lines == early()) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return lines >= getQueueSize();
    }

    private void awaitRoom() {
        blocked++;
        try {
            while (isFull() && !stopping) {
                room.awaitUninterruptibly();
            }
        } finally {
            blocked--;
        }
    }

    /** Returns with how many lines the writer does not wait for more. */
    private int early() {
        return (getQueueSize() + 1) / 2;
    }

    private void write() {
        ByteArrayOutputStream spare = new ByteArrayOutputStream();
        boolean last = false;
        while (!last) {
            ByteArrayOutputStream batch;
            long untold;
            lock.lock();
            try {
                gather();
                last = stopping && lines == 0 && blocked == 0;
                batch = waiting;
                waiting = spare;
                lines = 0;
                untold = takeLeftOut(last);
                room.signalAll();
            } finally {
                lock.unlock();
            }
            print(batch, untold);
            batch.reset();
            spare = batch;
        }
        detachAndStopAllAppenders();
    }

    private void gather() {
        while (lines == 0 && leftOut == 0 && !stopping) {
            work.awaitUninterruptibly();
        }
        try {
            if (lines < early() && !stopping) {
                work.awaitNanos(GATHERING_NANOS);
            }
        } catch (InterruptedException e) {
            addWarn("Interrupted; what waits is written now", e);
        }
    }

    /** Returns how many lines were left out, if it is time to tell. */
    private long takeLeftOut(boolean last) {
        long now = System.nanoTime();
        if (leftOut == 0 || !last && now - quietUntil < 0) {
            return 0;
        }
        long untold = leftOut;
        leftOut = 0;
        quietUntil = now + QUIET_NANOS;
        return untold;
    }

    /** Throws nothing: without the writer each request would wait for it. */
    private void print(ByteArrayOutputStream batch, long untold) {
        try {
            batch.writeTo(target.getOutputStream());
            target.getOutputStream().flush();
            if (untold > 0) {
                LOG.warn("Request log left out {} lines (limit {} waiting)", untold, getQueueSize());
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            addError("Lines were not written", e);
        }
    }

    /** Returns after the last line, or after {@code maxFlushTime}. */
    @Override
    public void stop() {
        lock.lock();
        try {
            if (!isStarted()) {
                return;
            }
            started = false;
            stopping = true;
            work.signal();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        InterruptUtil interrupt = new InterruptUtil(getContext());
        interrupt.maskInterruptFlag();
        try {
            writer.join(getMaxFlushTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            interrupt.unmaskInterruptFlag();
        }
        if (writer.isAlive()) {
            LOG.warn("Request log is stopped before its last lines are written ({} ms)", getMaxFlushTime());
        }
    }
}
