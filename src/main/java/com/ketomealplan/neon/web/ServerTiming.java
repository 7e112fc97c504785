package com.ketomealplan.neon.web;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.observe.Observer;
import com.ketomealplan.neon.pool.WaitTime;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Adds the W3C header {@code Server-Timing} to responses: the time in the wait queue, for opening a connection, which includes a compute's
 * wake on Neon, and in the database, in milliseconds. Browsers show it. For requests whose resource method runs on one thread.
 */
public final class ServerTiming implements ContainerRequestFilter, ContainerResponseFilter, Observer {

    private static final String HEADER = "Server-Timing";

    private final ThreadLocal<Sums> sums = new ThreadLocal<>();
    private final Supplier<Optional<String>> traceparent;
    private final String opening;

    private static final class Sums {
        private long waitNanos;
        private long wakeNanos;
        private long databaseNanos;
    }

    /**
     * @param traceparent the header of the trace that the request of this thread is part of, if any
     * @param sleeps whether the database is one that wakes for a connection, as a Neon compute does
     */
    public ServerTiming(Supplier<Optional<String>> traceparent, boolean sleeps) {
        this.traceparent = traceparent;
        this.opening = sleeps ? "wake" : "connect";
    }

    @Override
    public void filter(ContainerRequestContext request) {
        sums.set(new Sums());
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        Sums own = sums.get();
        sums.remove();
        if (own == null) {
            return; // no resource was found
        }
        StringBuilder header = new StringBuilder(128);
        append(header, "wait", own.waitNanos);
        append(header.append(", "), opening, own.wakeNanos);
        append(header.append(", "), "database", own.databaseNanos);
        traceparent.get().ifPresent(trace -> header.append(", traceparent;desc=\"")
                .append(trace)
                .append('"'));
        response.getHeaders().putSingle(HEADER, header.toString());
    }

    /** Appends a time in milliseconds, with three decimals. */
    private static void append(StringBuilder header, String name, long nanos) {
        long micros = nanos / 1_000;
        header.append(name).append(";dur=").append(micros / 1_000).append('.');
        long thousandths = micros % 1_000;
        header.append(thousandths < 100 ? "0" : "")
                .append(thousandths < 10 ? "0" : "")
                .append(thousandths);
    }

    @Override
    public void onWaitEnded(WaitTime wait) {
        Sums own = sums.get();
        if (own != null) {
            own.waitNanos += wait.total().minus(wait.wake()).toNanos();
            own.wakeNanos += wait.wake().toNanos();
        }
    }

    @Override
    public void onExecuted(String name, String sql, Duration time, Optional<Failure> failure) {
        add(time);
    }

    @Override
    public void onCommit(Duration time, Optional<Throwable> failure) {
        add(time);
    }

    private void add(Duration time) {
        Sums own = sums.get();
        if (own != null) {
            own.databaseNanos += time.toNanos();
        }
    }
}
