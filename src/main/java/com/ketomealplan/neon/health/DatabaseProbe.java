package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.Pool;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how the database is: from memory, or by asking it on a connection of its own, because a busy pool is not a sick
 * database, and a check that waits for a pool's connection takes as long as the queue. All who ask at the same time share
 * one attempt. Thread-safe.
 */
public final class DatabaseProbe {

    /** How long a caller waits at most. */
    public static final Duration BOUND = Duration.ofSeconds(5);

    /**
     * How long a failure counts that nobody has tried again since. A balancer that sends no traffic to an instance which it
     * takes for sick would otherwise never learn that it is well.
     */
    static final Duration MEMORY = Duration.ofSeconds(30);

    private static final Duration QUERY_BUDGET = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);

    private final WakeGate gate;
    private final Pool pool;
    private final boolean passive;
    private Question asked;
    private boolean wasHealthy = true;

    /**
     * @param passive whether {@link #check()} answers from memory
     */
    public DatabaseProbe(WakeGate gate, Pool pool, boolean passive) {
        this.gate = gate;
        this.pool = pool;
        this.passive = passive;
    }

    /** How the database is, as the configuration wants it found out. Returns within {@link #BOUND}. */
    public Result check() {
        return passive ? remember() : ask();
    }

    /** What the last attempt to open a connection came to, if that is not long ago. Sends nothing, and does not wait. */
    Result remember() {
        return lately().map(Result::unhealthy)
                .orElseGet(() -> pool.statistics().size() > 0 ? Result.CONNECTED : Result.IDLE);
    }

    private Optional<Failure> lately() {
        return gate.sinceLastFailure()
                .filter(age -> age.compareTo(MEMORY) < 0)
                .flatMap(age -> gate.lastFailure())
                .map(Failure::of);
    }

    /**
     * What keeps this instance from serving where others may be able to: a configuration that the database refuses. In words
     * for clients; empty if there is nothing. Sends nothing, and does not wait.
     */
    Optional<String> obstacle() {
        return lately().map(Failure::kind)
                .filter(kind -> kind == FailureKind.AUTHENTICATION || kind == FailureKind.MISCONFIGURED)
                .map(FailureKind::explanation);
    }

    /** Asks the database. Returns within {@link #BOUND}. */
    public Result ask() {
        Question question;
        boolean first;
        synchronized (this) {
            first = asked == null;
            if (first) {
                asked = new Question();
            }
            question = asked;
        }
        if (first) {
            question.request = gate.request(question);
        }
        try {
            return question.answer
                    .get(BOUND.toNanos(), TimeUnit.NANOSECONDS)
                    .map(Result::unhealthy)
                    .orElse(Result.CONNECTED);
        } catch (TimeoutException e) {
            question.giveUp();
            String reason = gate.lastFailure()
                    .map(Throwable::getMessage)
                    .orElse(gate.target() + ": no answer within " + BOUND.toSeconds() + " s");
            return Result.unhealthy(reason, "The database did not answer in time.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.unhealthy("interrupted while waiting for the database", "The service is stopping.");
        } catch (ExecutionException e) {
            return Result.unhealthy(
                    gate.target() + ": " + e.getCause(), "The check of the database failed. See the log.");
        }
    }

    /** One question to the database, and all who wait for its answer. */
    private final class Question implements WakeGate.Caller {

        private final CompletableFuture<Optional<Failure>> answer = new CompletableFuture<>();
        private volatile WakeGate.Request request;

        @Override
        public void opened(PhysicalConnection connection) {
            try {
                boolean valid = connection.jdbc().isValid(Math.toIntExact(QUERY_BUDGET.toSeconds()));
                over(
                        valid
                                ? Optional.empty()
                                : Optional.of(Failure.of(new SQLException(
                                        gate.target() + ": the server did not answer a query in time", "57014"))));
            } catch (SQLException e) {
                over(Optional.of(Failure.of(e)));
            } finally {
                gate.close(connection);
            }
        }

        @Override
        public void failed(OpeningFailedException reason) {
            over(Optional.of(Failure.of(reason)));
        }

        /** Nobody waits any more: no attempt is made that has not begun. */
        void giveUp() {
            WakeGate.Request made = request;
            if (made != null && made.cancel()) {
                over(gate.lastFailure().map(Failure::of));
            }
        }

        private void over(Optional<Failure> found) {
            logChange(found);
            synchronized (DatabaseProbe.this) {
                asked = null;
            }
            answer.complete(found);
        }
    }

    /** Once for each change, so that a poller does not fill the log. */
    private synchronized void logChange(Optional<Failure> found) {
        if (found.isPresent() && wasHealthy) {
            LOG.warn("The database is unhealthy: {}", found.get().cause());
        } else if (found.isEmpty() && !wasHealthy) {
            LOG.info("The database is healthy again: {}", gate.target());
        }
        wasHealthy = found.isEmpty();
    }

    /** How the database is. */
    public enum State {
        /** It answers, or there are connections to it. */
        CONNECTED,
        /** There is no connection because nobody needs one; it may be asleep. */
        IDLE,
        /** There is no connection to be had. */
        DISCONNECTED;

        public String inWords() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a check found.
     *
     * @param cause why it is disconnected, for operators; else empty
     * @param explanation why it is disconnected, for clients; else empty
     */
    public record Result(State state, String cause, String explanation) {
        private static final Result CONNECTED = new Result(State.CONNECTED, "", "");
        private static final Result IDLE = new Result(State.IDLE, "", "");

        private static Result unhealthy(Failure failure) {
            return unhealthy(failure.cause(), failure.kind().explanation());
        }

        private static Result unhealthy(String cause, String explanation) {
            return new Result(State.DISCONNECTED, cause, explanation);
        }

        public boolean healthy() {
            return state != State.DISCONNECTED;
        }
    }
}
