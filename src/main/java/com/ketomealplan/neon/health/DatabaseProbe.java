package com.ketomealplan.neon.health;

import static com.ketomealplan.neon.health.SchemaCheck.Outcome.MISMATCH;
import static com.ketomealplan.neon.health.SchemaCheck.Outcome.UNKNOWN;

import com.ketomealplan.neon.connect.BoundedQueries;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.connect.Timer;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.Identifier;
import com.ketomealplan.neon.gate.ConnectionReceiver;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.OpeningRequest;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.url.Endpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
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

    /** The time limit of {@link #probe}. */
    static final Duration TIMEOUT = Duration.ofSeconds(5);

    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(1);

    /** The time limit of a schema check, from the start of its probe: callers that wait for the probe are to get its result. */
    private static final Duration SCHEMA_TIMEOUT = TIMEOUT.minus(Duration.ofSeconds(1));

    /** For how long a result is not probed again. */
    private static final Duration RESULT_TTL = Duration.ofSeconds(1);

    /** How long the first probe is waited for. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(1);

    private static final String NOT_ASKED = "The database is being asked for the first time.";

    private final WakeGate gate;
    private final Pool pool;
    private final DatabaseState state;
    private final UnitOutcomes units;
    private final PendingChangesets changesets;
    private final ExpectedStatements expected;
    private volatile boolean expectedChecked;
    /** Whether units of work may set a search_path of their own: then a check outside of them cannot find a mismatch. */
    private volatile boolean unitsSetSearchPath;

    private final boolean passive;
    private final Listeners<Runnable> listeners = new Listeners<>();
    /** Done when the status is known: after the first probe, or its time. */
    private volatile CompletableFuture<?> known = CompletableFuture.completedFuture(null);

    private Probe current;

    /**
     * @param passive whether only {@link #probe} probes the database
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
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    /**
     * Returns the known status. Does not block, unless the first probe is under way: that is waited for, until a second after
     * {@link #warmUp} at most. Unless passive, starts a probe for the next call if the database has not answered for a second, or has
     * refused a log-in.
     */
    public DatabaseStatus currentStatus() {
        known.join();
        pool.checkIdle();
        DatabaseStatus status = state.status();
        Instant stale = Instant.now().minus(RESULT_TTL);
        boolean unknown = status.lastSuccess().filter(stale::isBefore).isEmpty()
                || status.condition() == DatabaseCondition.LOGIN_REFUSED; // which only another log-in ends
        if (!passive && unknown) {
            currentProbe();
        }
        return status;
    }

    /** Starts the first probe, unless passive. Does not block. To be called before the service has requests. */
    public void warmUp() {
        if (!passive) {
            known = currentProbe()
                    .result
                    .copy()
                    .completeOnTimeout(Optional.empty(), START_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /**
     * Probes the database. Blocks for {@link #TIMEOUT} at most.
     *
     * @return the failure; empty if the database has answered
     */
    public Optional<Failure> probe() {
        return await(currentProbe(), TIMEOUT);
    }

    /** Returns the name of the condition. */
    public String conditionLabel() {
        return state.status().condition().label();
    }

    /**
     * Returns why this instance is not ready, for clients; empty if it is. Does not block. It is not ready if the database refuses its
     * configuration, or if the schema is not of its version, because other instances may be better; nor while that is not known, in the
     * first second. An instance that is not ready gets no traffic that would show that it can serve again, so it may start a probe, as
     * {@link #currentStatus} does.
     */
    public Optional<String> notReadyReason() {
        if (!known.isDone()) {
            return Optional.of(NOT_ASKED);
        }
        DatabaseStatus now = state.status();
        if (units.schemaCheck().isPresent() || !now.condition().isReady()) {
            now = currentStatus();
        }
        return now.condition().isReady() ? Optional.empty() : Optional.of(now.explanation());
    }

    /** Returns the current probe, or starts one. */
    private Probe currentProbe() {
        Probe probe;
        synchronized (this) {
            if (current != null) {
                return current;
            }
            probe = new Probe();
            current = probe;
        }
        probe.request = gate.request(probe);
        return probe;
    }

    private Optional<Failure> await(Probe probe, Duration timeout) {
        try {
            return probe.result.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            Failure failure = gate.lastFailure()
                    .map(Failure::of)
                    .orElseGet(() -> timeout("no answer within " + timeout.toSeconds() + " s"));
            probe.cancel(failure);
            return Optional.of(failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(timeout("interrupted while waiting for the database"));
        } catch (ExecutionException e) {
            return Optional.of(Failure.of(e.getCause()));
        }
    }

    private Failure timeout(String cause) {
        return new Failure(FailureKind.TIMEOUT, Outcome.NOT_SENT, Optional.empty(), gate.target() + ": " + cause);
    }

    /** One probe, and the callers that wait for its result. */
    private final class Probe implements ConnectionReceiver {

        private final CompletableFuture<Optional<Failure>> result = new CompletableFuture<>();
        private final long beginNanos = System.nanoTime();
        private volatile OpeningRequest request;

        /** Must not throw: the exception would end the opener's thread, and callers would wait for their timeout. */
        @Override
        public void onOpened(PhysicalConnection connection) {
            Optional<Failure> found = Optional.of(timeout("the probe has failed"));
            try {
                found = probe(connection);
            } catch (SQLException | RuntimeException e) {
                found = Optional.of(Failure.of(e));
            } catch (Error e) {
                LOG.error("Probe of the database failed", e);
                found = Optional.of(Failure.of(e));
            } finally { // after any failure the next call has to start a new probe
                complete(found);
                gate.close(connection);
                listeners.forEach(Runnable::run);
            }
        }

        private Optional<Failure> probe(PhysicalConnection connection) throws SQLException {
            if (!connection.jdbc().isValid(Math.toIntExact(QUERY_TIMEOUT.toSeconds()))) {
                return Optional.of(timeout("the server did not answer a query in time"));
            }
            checkSchema(connection);
            return Optional.empty();
        }

        /**
         * Compares the changesets, once, and checks the schema: at first with the statements of the service; after a mismatch, with the
         * statement that failed, until it can be executed. Otherwise an instance without traffic would not find that it can serve again.
         * Each statement has a time limit, and all of them have the time that the probe has left: then its socket is closed.
         */
        private void checkSchema(PhysicalConnection connection) {
            Duration left = SCHEMA_TIMEOUT.minusNanos(System.nanoTime() - beginNanos);
            if (left.compareTo(Duration.ZERO) <= 0) {
                return; // it took long to open a connection: the next probe checks
            }
            Future<?> end = Timer.after(left, connection::closeSocket);
            try {
                compareAndExplain(connection);
            } catch (SQLException e) { // the database answers; what is known of the schema stays as it was
                LOG.debug("Schema check failed", e);
            } finally {
                end.cancel(false);
            }
        }

        private void compareAndExplain(PhysicalConnection connection) throws SQLException {
            Optional<SchemaCheck> failed = units.schemaCheck();
            changesets.compareIfDue(comparison -> BoundedQueries.run(connection, QUERY_TIMEOUT, comparison));
            if (failed.isPresent()) {
                SchemaCheck.Outcome outcome =
                        failed.get().run(connection, QUERY_TIMEOUT).outcome();
                units.onChecked(failed.get(), unitsSetSearchPath && outcome == MISMATCH ? UNKNOWN : outcome);
            } else if (!expectedChecked) {
                checkExpectedStatements(connection);
                expectedChecked = true; // not reached if the check failed
            }
        }

        private void checkExpectedStatements(PhysicalConnection connection) throws SQLException {
            Optional<SchemaCheck> check = expected.schemaCheck();
            if (check.isEmpty()) {
                return;
            }
            Optional<Failure> mismatch =
                    check.get().run(connection, QUERY_TIMEOUT).failure();
            if (mismatch.isEmpty()) {
                return;
            }
            Optional<String> schema = check.get().findSchema(connection, QUERY_TIMEOUT);
            if (schema.isEmpty()) {
                units.expectedStatementsFail(check.get(), mismatch.get());
            } else {
                unitsSetSearchPath = true;
                LOG.warn(
                        "Statements of this service find their tables in the schema {}, which is not in the search_path of its"
                                + " sessions. If its units of work do not set that themselves, write search_path={} into the database"
                                + " URL: {}",
                        schema.get(),
                        Endpoint.percentEncoded(Identifier.quoted(schema.get())),
                        mismatch.get().cause());
            }
        }

        @Override
        public void onFailed(OpeningFailedException reason) {
            complete(Optional.of(Failure.of(reason)));
        }

        /**
         * Cancels the request for a connection, unless an attempt has begun.
         *
         * @param failure for other callers, who wait for the same answer
         */
        void cancel(Failure failure) {
            OpeningRequest opening = request;
            if (opening != null && opening.cancel()) {
                complete(Optional.of(failure));
            }
        }

        private void complete(Optional<Failure> failure) {
            synchronized (DatabaseProbe.this) {
                current = null;
            }
            result.complete(failure);
        }
    }
}
