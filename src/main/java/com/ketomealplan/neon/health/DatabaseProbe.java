package com.ketomealplan.neon.health;

import static com.ketomealplan.neon.health.SchemaQuestion.Verdict.LACKING;
import static com.ketomealplan.neon.health.SchemaQuestion.Verdict.UNKNOWN;

import com.ketomealplan.neon.connect.Inquiry;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.OpeningFailedException;
import com.ketomealplan.neon.connect.OpeningRequest;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.pool.Pool;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the database on a connection of its own, because a probe on a connection of a busy pool would wait in its queue. Concurrent
 * callers share one probe. The result is in {@link DatabaseState}. Thread-safe.
 */
public final class DatabaseProbe {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseProbe.class);

    /** The time limit of {@link #ask}. */
    public static final Duration BOUND = Duration.ofSeconds(5);

    private static final Duration QUERY_BUDGET = Duration.ofSeconds(1);

    /** For how long a result is not probed again. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    /** How long a start waits for the first probe. */
    private static final Duration START_BUDGET = Duration.ofSeconds(1);

    private final WakeGate gate;
    private final Pool pool;
    private final DatabaseState state;
    private final UnitOutcomes units;
    private final PendingChangesets changesets;
    private final ExpectedStatements expected;
    private volatile boolean met;
    /** Whether units may find what the session's statements do not: then only they tell whether the schema fits. */
    private volatile boolean schemaOfUnits;

    private final boolean passive;
    private final Listeners<Runnable> listeners = new Listeners<>();
    private Question asked;

    /**
     * @param passive whether only {@link #ask} probes the database
     */
    public DatabaseProbe(
            WakeGate gate,
            Pool pool,
            DatabaseState state,
            UnitOutcomes units,
            PendingChangesets changesets,
            ExpectedStatements expected,
            boolean passive) {
        this.gate = gate;
        this.pool = pool;
        this.state = state;
        this.units = units;
        this.changesets = changesets;
        this.expected = expected;
        this.passive = passive;
    }

    /** Registers a listener of probes, which is called on any thread and must not block. */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Returns the known status. Does not block. Unless passive, starts a probe for the next call if the database has not answered
     * for a second, or has refused a log-in.
     */
    public DatabaseStatus look() {
        pool.checkIdle();
        DatabaseStatus status = state.status();
        Instant stale = Instant.now().minus(FRESH);
        boolean unknown = status.lastSuccess().filter(stale::isBefore).isEmpty()
                || status.condition() == Condition.LOGIN_REFUSED; // which only another log-in ends
        if (!passive && unknown) {
            question();
        }
        return status;
    }

    /** Probes the database at the start, unless passive; waits for a second at most. */
    public void warmUp() {
        if (!passive) {
            await(question(), START_BUDGET);
        }
    }

    /**
     * Probes the database. Blocks for {@link #BOUND} at most.
     *
     * @return the failure; empty if the database has answered
     */
    public Optional<Failure> ask() {
        return await(question(), BOUND);
    }

    /** Returns the condition, in a word. */
    public String inWords() {
        return state.status().condition().inWords();
    }

    /**
     * Why this instance can neither serve nor fail fast, for a client; empty if it can. From memory.
     * A configuration that the database refuses, or a schema that is not this version's: other instances may have a better one. Who
     * gets no traffic because of that would not learn that it fits by now, so this is a {@link #look} then.
     */
    public Optional<String> obstacle() {
        DatabaseStatus now = state.status();
        if (units.question().isPresent() || !now.condition().isReady()) {
            now = look();
        }
        return now.condition().isReady() ? Optional.empty() : Optional.of(now.explanation());
    }

    /** Returns the current probe, or starts one. */
    private Question question() {
        Question question;
        synchronized (this) {
            if (asked != null) {
                return asked;
            }
            question = new Question();
            asked = question;
        }
        question.request = gate.request(question);
        return question;
    }

    private Optional<Failure> await(Question question, Duration bound) {
        try {
            return question.answer.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            question.giveUp();
            return Optional.of(gate.lastFailure()
                    .map(Failure::of)
                    .orElseGet(() -> unanswered("no answer within " + bound.toSeconds() + " s")));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(unanswered("interrupted while waiting for the database"));
        } catch (ExecutionException e) {
            return Optional.of(Failure.of(e.getCause()));
        }
    }

    private Failure unanswered(String cause) {
        return new Failure(FailureKind.TIMEOUT, Outcome.NOT_SENT, Optional.empty(), gate.target() + ": " + cause);
    }

    /** One probe, and the callers that wait for its result. */
    private final class Question implements WakeGate.Caller {

        private final CompletableFuture<Optional<Failure>> answer = new CompletableFuture<>();
        private volatile OpeningRequest request;

        @Override
        public void opened(PhysicalConnection connection) {
            try {
                boolean valid = connection.jdbc().isValid(Math.toIntExact(QUERY_BUDGET.toSeconds()));
                if (valid) {
                    askAboutSchema(connection);
                }
                over(valid ? Optional.empty() : Optional.of(unanswered("the server did not answer a query in time")));
            } catch (SQLException | RuntimeException e) { // whatever it is: the next question is to be asked
                over(Optional.of(Failure.of(e)));
            } finally {
                gate.close(connection);
                listeners.forEach(Runnable::run);
            }
        }

        /**
         * The first one compares the changesets, and asks whether anything of what the service will ask can be executed. Where that
         * is not so, or units failed because of the schema, each asks whether it still is: otherwise an instance without traffic
         * would not learn it.
         */
        private void askAboutSchema(PhysicalConnection connection) {
            try {
                compareAndExplain(connection);
            } catch (SQLException e) { // it has answered; what it has not answered is as before
                LOG.debug("Schema check failed", e);
            }
        }

        private void compareAndExplain(PhysicalConnection connection) throws SQLException {
            Optional<SchemaQuestion> doubt = units.question();
            if (changesets.claim()) {
                Inquiry.on(connection, QUERY_BUDGET, changesets::compare);
            }
            if (doubt.isPresent()) {
                SchemaQuestion.Verdict verdict =
                        doubt.get().ask(connection, QUERY_BUDGET).verdict();
                units.answered(doubt.get(), schemaOfUnits && verdict == LACKING ? UNKNOWN : verdict);
            } else if (!met) {
                askWhatIsExpected(connection);
                met = true; // it has answered
            }
        }

        private void askWhatIsExpected(PhysicalConnection connection) throws SQLException {
            Optional<SchemaQuestion> question = expected.question();
            if (question.isEmpty()) {
                return;
            }
            Optional<Failure> lacking =
                    question.get().ask(connection, QUERY_BUDGET).failure();
            if (lacking.isEmpty()) {
                return;
            }
            Optional<String> schema = question.get().schemaThatFits(connection, QUERY_BUDGET);
            if (schema.isEmpty()) {
                units.lacks(question.get(), lacking.get());
            } else {
                schemaOfUnits = true;
                LOG.warn(
                        "The statements of this service find their tables in the schema {}, which is not in the search_path of its"
                                + " sessions. If its units of work do not set that themselves, write search_path={} into the database"
                                + " URL: {}",
                        schema.get(),
                        schema.get(),
                        lacking.get().cause());
            }
        }

        @Override
        public void failed(OpeningFailedException reason) {
            over(Optional.of(Failure.of(reason)));
        }

        /** Cancels the request for a connection, unless an attempt has begun. */
        void giveUp() {
            OpeningRequest made = request;
            if (made != null && made.cancel()) {
                over(gate.lastFailure().map(Failure::of));
            }
        }

        private void over(Optional<Failure> found) {
            synchronized (DatabaseProbe.this) {
                asked = null;
            }
            answer.complete(found);
        }
    }
}
