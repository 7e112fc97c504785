package com.ketomealplan.neon.pool;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether callers in line are worth another connection. A hundred of them who need a millisecond each are served sooner by two
 * connections than by thirteen more log-ins, which cost both sides milliseconds of computing. So a pool with a connection
 * grows only if nobody in line has been served for a moment, or if the line does not end. Not thread-safe.
 */
final class GrowthRule {

    /** How long a look at the line takes. */
    static final Duration LOOK = Duration.ofMillis(25);

    private static final Duration LONG_LINE = Duration.ofMillis(250);

    private final LongSupplier nanoTime;
    private long sinceNanos;
    private long served;
    private long servedAtLastLook;

    GrowthRule(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A line has formed, or from now on there is a connection that can serve it. */
    void lineBegins() {
        sinceNanos = nanoTime.getAsLong();
    }

    /** Somebody in line was given a connection. */
    void served() {
        served++;
    }

    /** To be asked every {@link #LOOK} while there is a line. */
    boolean demandsMore() {
        boolean stuck = served == servedAtLastLook;
        boolean lasting = nanoTime.getAsLong() - sinceNanos >= LONG_LINE.toNanos();
        servedAtLastLook = served;
        return stuck || lasting;
    }
}
