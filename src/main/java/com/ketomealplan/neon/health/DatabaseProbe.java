package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.failure.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jdbi.v3.core.ConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database whether it answers, on a connection of its own: a busy pool is not a sick database, and a check that
 * waits for a pool's connection takes as long as the queue. All who ask at the same time share one attempt.
 */
public final class DatabaseProbe {

    /** How long a caller waits at most. */
    public static final Duration BOUND = Duration.ofSeconds(5);

    /** Together less than the bound, so that the reason of a failure is known when the caller's wait ends. */
    private static final Duration CONNECT_BUDGET = Duration.ofSeconds(3);

    private static final Duration QUERY_BUDGET = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);

    private final Connector connector;
    private final Executor executor;
    private final AtomicReference<CompletableFuture<Optional<Failure>>> running = new AtomicReference<>();
    private volatile boolean wasHealthy = true;

    /**
     * @param executor where the attempt runs: one thread is enough
     */
    public DatabaseProbe(Connector connector, Executor executor) {
        this.connector = connector;
        this.executor = executor;
    }

    /** What the probe found: a failure, or nothing amiss. Returns within {@link #BOUND}. */
    public Result check() {
        CompletableFuture<Optional<Failure>> attempt = new CompletableFuture<>();
        CompletableFuture<Optional<Failure>> shared = running.compareAndExchange(null, attempt);
        if (shared == null) {
            shared = attempt;
            start(attempt);
        }
        try {
            return shared.get(BOUND.toNanos(), TimeUnit.NANOSECONDS)
                    .map(failure -> Result.unhealthy(
                            connector.target() + ": " + failure.cause(),
                            failure.kind().explanation()))
                    .orElseGet(Result::ok);
        } catch (TimeoutException e) {
            return Result.unhealthy(
                    connector.target() + ": no answer within " + BOUND.toSeconds() + " s",
                    "The database did not answer in time.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.unhealthy("interrupted while waiting for the database", "The service is stopping.");
        } catch (ExecutionException e) {
            return Result.unhealthy(
                    connector.target() + ": " + e.getCause(), "The check of the database failed. See the log.");
        }
    }

    private void start(CompletableFuture<Optional<Failure>> attempt) {
        try {
            executor.execute(() -> {
                try {
                    Optional<Failure> found = ask();
                    logChange(found);
                    running.set(null);
                    attempt.complete(found);
                } catch (RuntimeException e) {
                    running.set(null);
                    attempt.completeExceptionally(e);
                }
            });
        } catch (RejectedExecutionException e) {
            running.set(null);
            attempt.completeExceptionally(e);
        }
    }

    /** Once for each change, so that a poller does not fill the log. */
    private void logChange(Optional<Failure> found) {
        if (found.isPresent() && wasHealthy) {
            LOG.warn("{} is unhealthy: {}", connector.target(), found.get().cause());
        } else if (found.isEmpty() && !wasHealthy) {
            LOG.info("{} is healthy again", connector.target());
        }
        wasHealthy = found.isEmpty();
    }

    private Optional<Failure> ask() {
        try (Connection connection = connector.open(CONNECT_BUDGET)) {
            if (connection.isValid(Math.toIntExact(QUERY_BUDGET.toSeconds()))) {
                return Optional.empty();
            }
            return Optional.of(Failure.of(new SQLException("the server did not answer a query in time", "57014")));
        } catch (SQLException e) {
            return Optional.of(Failure.of(new ConnectionException(e)));
        }
    }

    /**
     * What a check found.
     *
     * @param healthy whether the database answered
     * @param cause why not, for operators; empty if it did
     * @param explanation why not, for clients; empty if it did
     */
    public record Result(boolean healthy, String cause, String explanation) {
        private static Result ok() {
            return new Result(true, "", "");
        }

        private static Result unhealthy(String cause, String explanation) {
            return new Result(false, cause, explanation);
        }
    }
}
