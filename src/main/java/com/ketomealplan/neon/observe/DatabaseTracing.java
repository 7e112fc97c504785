package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.pool.WaitTime;
import com.ketomealplan.neon.transaction.CommitOutcome;
import com.ketomealplan.neon.url.Endpoint;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.semconv.DbAttributes;
import io.opentelemetry.semconv.ErrorAttributes;
import io.opentelemetry.semconv.ServerAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The layer's spans, under the names of OpenTelemetry's semantic conventions (1.44) where there are some: the unit of work, its
 * wait for a connection with a cold start, its statements without values, and its COMMIT. All but the unit's are created after
 * their end, from times that the layer has measured anyway.
 */
public final class DatabaseTracing implements Observer {

    private static final String SCOPE = "com.ketomealplan.neon";

    private static final AttributeKey<String> REASON = AttributeKey.stringKey("neon.reason");
    private static final AttributeKey<String> COMMIT_OUTCOME = AttributeKey.stringKey("neon.commit.outcome");

    private final Tracer tracer;
    private final Attributes server;
    private final boolean sleeps;
    private final ThreadLocal<Unit> current = new ThreadLocal<>();

    private record Unit(Span span, Scope scope) {}

    /** A time interval that has ended. */
    private record Interval(Instant begin, Instant end) {

        static Interval of(Duration time) {
            Instant now = Instant.now();
            return new Interval(now.minus(time), now);
        }
    }

    /**
     * @param target the endpoint of the connections
     */
    public DatabaseTracing(OpenTelemetry openTelemetry, Endpoint target) {
        this.tracer = openTelemetry.getTracer(SCOPE);
        this.sleeps = target.isNeon();
        this.server = Attributes.of(
                DbAttributes.DB_SYSTEM_NAME,
                DbAttributes.DbSystemNameValues.POSTGRESQL,
                DbAttributes.DB_NAMESPACE,
                target.database(),
                ServerAttributes.SERVER_ADDRESS,
                target.hosts().get(0).host(),
                ServerAttributes.SERVER_PORT,
                (long) target.hosts().get(0).port());
    }

    /** Returns whether spans are recorded: not inside a trace that was not sampled. */
    private static boolean isRecorded() {
        Span outer = Span.current();
        return outer.isRecording() || !outer.getSpanContext().isValid();
    }

    @Override
    public void onBegin() {
        if (!isRecorded()) {
            return;
        }
        Span span = tracer.spanBuilder(Purpose.current().orElse("unit of work")).startSpan();
        current.set(new Unit(span, span.makeCurrent()));
    }

    @Override
    public void onReplay(FailureKind reason) {
        Span.current().addEvent("replayed", Attributes.of(REASON, Observer.label(reason)));
    }

    @Override
    public void onCommitResolved(CommitOutcome outcome) {
        Span.current().addEvent("commit.resolved", Attributes.of(COMMIT_OUTCOME, Observer.label(outcome)));
    }

    @Override
    public void onEnd(Optional<Throwable> failure) {
        Unit unit = current.get();
        if (unit == null) {
            return;
        }
        current.remove();
        unit.scope().close();
        failure.map(Failure::of)
                .filter(found -> found.kind() != FailureKind.PROGRAM) // not a failure of the database, such as a 404
                .ifPresent(found -> fail(unit.span(), found));
        unit.span().end();
    }

    @Override
    public void onWaitEnded(WaitTime wait) {
        if (!isRecorded()) {
            return;
        }
        Interval whole = Interval.of(wait.total());
        Span span = spanOf("wait for a connection", SpanKind.INTERNAL, Context.current(), whole);
        Context inside = Context.current().with(span);
        if (!wait.wake().isZero()) {
            boolean woken = wait.wake().compareTo(wait.total()) < 0; // else no connection was opened
            Duration login = wait.opening()
                    .filter(opening -> wait.wake().minus(opening.total()).compareTo(DatabaseState.LONG_LOGIN) < 0)
                    .map(opening -> opening.phases().getOrDefault(Phase.LOGIN, Duration.ZERO))
                    .orElse(wait.wake()); // another caller's connection, or one after attempts that have failed
            boolean cold = sleeps && woken && login.compareTo(DatabaseState.LONG_LOGIN) >= 0;
            Interval wake = new Interval(whole.begin(), whole.begin().plus(wait.wake()));
            Span start = spanOf(cold ? "cold start" : "connect", SpanKind.INTERNAL, inside, wake);
            wait.opening().ifPresent(opening -> phases(opening, inside.with(start), wake.end()));
            start.end(wake.end());
        } else {
            wait.opening().ifPresent(opening -> phases(opening, inside, whole.end()));
        }
        span.end(whole.end());
    }

    /** Creates consecutive spans that end at the given time. */
    private void phases(OpeningTimes opening, Context parent, Instant end) {
        Map<Phase, Duration> times = opening.phases();
        Instant begin = end.minus(times.values().stream().reduce(Duration.ZERO, Duration::plus));
        for (Phase phase : List.of(Phase.TCP, Phase.TLS, Phase.LOGIN)) {
            Instant next = begin.plus(times.getOrDefault(phase, Duration.ZERO));
            spanOf(Observer.label(phase), SpanKind.CLIENT, parent, new Interval(begin, next))
                    .setAllAttributes(server)
                    .end(next);
            begin = next;
        }
    }

    @Override
    public void onExecuted(String name, String sql, Duration time, Optional<Failure> failure) {
        if (!isRecorded()) {
            return;
        }
        Interval interval = Interval.of(time);
        Span span = spanOf(name, SpanKind.CLIENT, Context.current(), interval)
                .setAllAttributes(server)
                .setAttribute(DbAttributes.DB_QUERY_SUMMARY, name)
                .setAttribute(DbAttributes.DB_OPERATION_NAME, StatementName.firstWord(sql));
        failure.ifPresent(found -> fail(span, found));
        span.end(interval.end());
    }

    @Override
    public void onCommit(Duration time, Optional<Throwable> failure) {
        if (!isRecorded()) {
            return;
        }
        Interval interval = Interval.of(time);
        Span span = spanOf("COMMIT", SpanKind.CLIENT, Context.current(), interval)
                .setAllAttributes(server)
                .setAttribute(DbAttributes.DB_OPERATION_NAME, "COMMIT");
        failure.map(Failure::of).ifPresent(found -> fail(span, found));
        span.end(interval.end());
    }

    private Span spanOf(String name, SpanKind kind, Context parent, Interval interval) {
        return tracer.spanBuilder(name)
                .setParent(parent)
                .setSpanKind(kind)
                .setStartTimestamp(interval.begin())
                .startSpan();
    }

    /** Sets the error without the failure's text, which may quote values. */
    private static void fail(Span span, Failure failure) {
        span.setStatus(StatusCode.ERROR);
        span.setAttribute(ErrorAttributes.ERROR_TYPE, Observer.label(failure.kind()));
        failure.sqlState().ifPresent(state -> span.setAttribute(DbAttributes.DB_RESPONSE_STATUS_CODE, state));
    }
}
