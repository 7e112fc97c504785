package com.ketomealplan.neon.failure;

import com.ketomealplan.neon.failure.Failure.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementException;
import org.slf4j.Logger;

/**
 * Logs each failed unit of work in a line with its kind, the server's message and the statement. A failure that is unexpected of
 * a database has its stack trace of 10 KB beside it, once a minute for each kind; where the server has named the cause by a code,
 * the trace adds nothing. Thread-safe.
 */
public final class FailureLog {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
    private static final Duration BETWEEN_STACKS = Duration.ofMinutes(1);

    private final Logger log;

    /** The throttles of failures without a connection, of which there may be thousands a second. */
    private final Map<FailureKind, LogThrottle> unconnected = new EnumMap<>(FailureKind.class);

    private final Map<FailureKind, LogThrottle> stacks = new EnumMap<>(FailureKind.class);

    /**
     * @param log the logger
     */
    public FailureLog(Logger log, LongSupplier nanoTime) {
        this.log = log;
        for (FailureKind kind : FailureKind.values()) {
            unconnected.put(kind, new LogThrottle(BETWEEN_LINES, nanoTime));
            stacks.put(kind, new LogThrottle(BETWEEN_STACKS, nanoTime));
        }
    }

    /** Logs a unit of work that has failed after its last run. */
    public void write(Failure failure, Exception exception) {
        FailureKind kind = failure.kind();
        if (failure.outcome() == Outcome.NOT_SENT) {
            unconnected
                    .get(kind)
                    .tryAcquire()
                    .ifPresent(others -> log.error(
                            "Unit of work had no connection ({}): {}{}",
                            kind,
                            failure.cause(),
                            others == 0 ? "" : " (and " + others + " more since the last such line)"));
        } else if (kind.httpStatus() >= 500) {
            OptionalLong others = isExplained(failure)
                    ? OptionalLong.empty()
                    : stacks.get(kind).tryAcquire();
            log.error(
                    "Unit of work failed ({}, {}): {}{}{}",
                    kind,
                    failure.outcome(),
                    failure.cause(),
                    statement(failure, exception),
                    others.orElse(0) == 0
                            ? ""
                            : " (" + others.getAsLong() + " of this kind without their stacks since the last one)",
                    others.isPresent() ? exception : null);
        } else {
            log.info("Unit of work refused ({}): {}{}", kind, failure.cause(), statement(failure, exception));
        }
    }

    /** Returns whether the SQLSTATE explains the failure, which is none of the program: then a stack trace is of no use. */
    private static boolean isExplained(Failure failure) {
        return failure.kind() != FailureKind.PROGRAM && failure.sqlState().isPresent();
    }

    /** Returns the SQL object's method, unless the cause names it. */
    private static String statement(Failure failure, Exception exception) {
        return Failure.find(exception, StatementException.class)
                .map(StatementException::getStatementContext)
                .map(StatementContext::getExtensionMethod)
                .map(method -> method.getType().getSimpleName() + "."
                        + method.getMethod().getName())
                .filter(name -> !failure.cause().contains(name))
                .map(name -> "; in " + name)
                .orElse("");
    }
}
