package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.LogThrottle;
import com.ketomealplan.neon.failure.Wording;
import com.ketomealplan.neon.handle.LeasedTransaction;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures statements by name: the method of its SQL object, or else its first word. A slow statement is logged with its SQL, without
 * values, at most once in five seconds.
 */
public final class StatementObserver implements SqlLogger {

    private static final Logger LOG = LoggerFactory.getLogger(StatementObserver.class);

    private final Map<String, Totals> totalsByName = new ConcurrentHashMap<>();
    private final SqlLogger next;
    private final Listeners<StatementListener> listeners;
    private final Duration threshold;

    private static final class Totals {
        private final LongAdder count = new LongAdder();
        private final LongAdder slow = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
        private final LogThrottle log = new LogThrottle();
        private final String rendered;
        private final String sql;

        Totals(String commented) {
            this.rendered = StatementComments.without(commented);
            this.sql = Wording.inOneLine(rendered);
        }

        /** Returns the SQL of a run: several have one name where that is a word, or where a method has SQL with parts that differ. */
        String sqlOf(String commented) {
            return StatementComments.isSame(rendered, commented)
                    ? sql
                    : Wording.inOneLine(StatementComments.without(commented));
        }
    }

    /**
     * The totals of one statement.
     *
     * @param statement its name
     * @param sql the SQL of its first run, with placeholders
     * @param slow how many took longer than the threshold
     */
    public record Statement(
            String statement, String sql, long count, long slow, long errors, Duration total, Duration longest) {}

    /**
     * @param next the next logger, with Dropwizard's timers
     * @param listeners the listeners of statements
     * @param threshold the time from which a statement is slow
     */
    public StatementObserver(Duration threshold, SqlLogger next, List<? extends StatementListener> listeners) {
        this.next = next;
        this.listeners = Listeners.of(listeners);
        this.threshold = threshold;
    }

    @Override
    public void logBeforeExecution(StatementContext context) {
        next.logBeforeExecution(context);
        LeasedTransaction.of(context.getConnection())
                .ifPresent(lease -> lease.beginStatement(StatementName.of(context)));
    }

    @Override
    public void logAfterExecution(StatementContext context) {
        next.logAfterExecution(context);
        observe(context, Optional.empty());
    }

    @Override
    public void logException(StatementContext context, SQLException e) {
        next.logException(context, e);
        observe(context, Optional.of(Failure.of(e)));
    }

    private void observe(StatementContext context, Optional<Failure> failure) {
        String name = StatementName.of(context);
        long nanos = context.getElapsedTime(java.time.temporal.ChronoUnit.NANOS);
        Totals totals = totalsOf(name, context);
        totals.count.increment();
        totals.nanos.add(nanos);
        totals.longest.accumulate(nanos);
        failure.ifPresent(found -> totals.errors.increment());
        Duration time = Duration.ofNanos(nanos);
        String sql = totals.sqlOf(rendered(context));
        listeners.forEach(listener -> listener.onExecuted(name, sql, time, failure));
        if (nanos >= threshold.toNanos()) {
            totals.slow.increment();
            totals.log.tryAcquire().ifPresent(others -> log(context, name, sql, time, failure, others));
        }
    }

    private Totals totalsOf(String name, StatementContext context) {
        Totals known = totalsByName.get(name);
        return known != null ? known : totalsByName.computeIfAbsent(name, first -> new Totals(rendered(context)));
    }

    private static void log(
            StatementContext context, String name, String sql, Duration time, Optional<Failure> failure, long others) {
        LOG.warn(
                "Slow statement {}: {} ms, after {} ms in the wait queue{}{}{}: {}",
                name,
                time.toMillis(),
                LeasedTransaction.of(context.getConnection())
                        .map(LeasedTransaction::waited)
                        .orElse(Duration.ZERO)
                        .toMillis(),
                rowsWritten(context),
                failure.flatMap(Failure::sqlState)
                        .map(state -> ", failed with " + state)
                        .orElse(""),
                others == 0 ? "" : " (and " + others + " more since the last such line)",
                sql);
    }

    /** Returns the number of rows written, for the log; pgjdbc does not know that of a query's result. */
    private static String rowsWritten(StatementContext context) {
        try {
            PreparedStatement statement = context.getStatement();
            int rows = statement == null || statement.isClosed() ? -1 : statement.getUpdateCount();
            return rows < 0 ? "" : ", " + rows + " rows written";
        } catch (SQLException e) {
            return "";
        }
    }

    private static String rendered(StatementContext context) {
        return Objects.requireNonNullElse(context.getRenderedSql(), "");
    }

    /** Returns the statements, by total time, largest first. */
    public List<Statement> worst() {
        return totalsByName.entrySet().stream()
                .map(entry -> {
                    Totals totals = entry.getValue();
                    return new Statement(
                            entry.getKey(),
                            totals.sql,
                            totals.count.sum(),
                            totals.slow.sum(),
                            totals.errors.sum(),
                            Duration.ofNanos(totals.nanos.sum()),
                            Duration.ofNanos(totals.longest.get()));
                })
                .sorted(Comparator.comparing(Statement::total).reversed())
                .toList();
    }
}
