package com.ketomealplan.neon.failure;

import com.ketomealplan.neon.failure.Failure.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * A line for each failed unit of work, with its kind; of many with the same reason, each with a stack of 10 KB, a minute's first
 * one shows where it was. Thread-safe.
 */
public final class FailureLog {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final Duration BETWEEN_STACKS = Duration.ofMinutes(1);

    private final Logger log;

    /** There may be thousands a second of them, without a trace of their own and all for one reason. */
    private final Map<FailureKind, Sparsely> unconnected = new EnumMap<>(FailureKind.class);

    private final Map<FailureKind, Sparsely> stacks = new EnumMap<>(FailureKind.class);

    /**
     * @param log where to
     */
    public FailureLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        for (FailureKind kind : FailureKind.values()) {
            unconnected.put(kind, new Sparsely(BETWEEN_LINES, nanoTime));
            stacks.put(kind, new Sparsely(BETWEEN_STACKS, nanoTime));
        }
    }

    /** Writes the line of a unit of work that has failed for good. */
    public void write(Failure failure, Exception exception) {
        FailureKind kind = failure.kind();
        if (failure.outcome() == Outcome.NOT_SENT) {
            unconnected
                    .get(kind)
                    .omittedBefore()
                    .ifPresent(others -> log.error(
                            "A unit of work had no connection ({}): {}{}",
                            kind,
                            failure.cause(),
                            others == 0 ? "" : " (and " + others + " more since the last such line)"));
        } else if (kind.httpStatus() >= 500) {
            OptionalLong others = stacks.get(kind).omittedBefore();
            log.error(
                    "A unit of work failed ({}, {}): {}{}",
                    kind,
                    failure.outcome(),
                    failure.cause(),
                    others.orElse(0) == 0
                            ? ""
                            : " (" + others.getAsLong() + " of this kind without their stacks since the last one)",
                    others.isPresent() ? exception : null);
        } else {
            log.info("A unit of work was refused ({}): {}", kind, failure.cause());
        }
    }
}
