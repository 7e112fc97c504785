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
 * A line for each failed unit of work, with its kind, the server's words and the statement. What nobody expects of a database has a stack of
 * 10 KB beside it, once a minute for each kind: where the server has said by a code what is wrong, it tells nothing more. Thread-safe.
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
            OptionalLong others = isExplained(failure)
                    ? OptionalLong.empty()
                    : stacks.get(kind).omittedBefore();
            log.error(
                    "A unit of work failed ({}, {}): {}{}{}",
                    kind,
                    failure.outcome(),
                    failure.cause(),
                    statement(failure, exception),
                    others.orElse(0) == 0
                            ? ""
                            : " (" + others.getAsLong() + " of this kind without their stacks since the last one)",
                    others.isPresent() ? exception : null);
        } else {
            log.info("A unit of work was refused ({}): {}{}", kind, failure.cause(), statement(failure, exception));
        }
    }

    /** Whether a code tells what is wrong, and that this is not the program. */
    private static boolean isExplained(Failure failure) {
        return failure.kind() != FailureKind.PROGRAM && failure.sqlState().isPresent();
    }

    /** The SQL object's method, unless the cause names it. */
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
