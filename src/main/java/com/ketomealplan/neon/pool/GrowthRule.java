package com.ketomealplan.neon.pool;

import java.time.Duration;

/**
 * Whether callers in line are worth another connection. A hundred of them who need a millisecond each are served sooner by two
 * connections than by thirteen more log-ins, which cost both sides milliseconds of computing. So a pool with a connection
 * grows only if nobody in line has been served for a moment, or if the line does not end. Not thread-safe.
 */
final class GrowthRule {

    /** How long a look at the line takes. */
    static final Duration LOOK = Duration.ofMillis(25);

    private static final Duration LONG_LINE = Duration.ofMillis(250);

    private long sinceNanos;
    private long served;
    private long servedAtLastLook;

    /** A line has formed, or from now on there is a connection that can serve it. */
    void lineBegins() {
        sinceNanos = System.nanoTime();
    }

    /** Somebody in line was given a connection. */
    void served() {
        served++;
    }

    /** To be asked every {@link #LOOK} while there is a line. */
    boolean demandsMore() {
        boolean stuck = served == servedAtLastLook;
        boolean lasting = System.nanoTime() - sinceNanos >= LONG_LINE.toNanos();
        servedAtLastLook = served;
        return stuck || lasting;
    }
}
