package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Sparsely;
import com.ketomealplan.neon.lease.LeasedTransaction;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long statements take: each is known by its SQL object's method, or, without one, by its first word. A slow one is logged
 * with its SQL, which has placeholders where values would be, once in five seconds; and all of them are summed up.
 */
public final class StatementObserver implements SqlLogger {

    private static final Logger LOG = LoggerFactory.getLogger(StatementObserver.class);

    private final Map<String, Sum> sums = new ConcurrentHashMap<>();
    private final SqlLogger next;
    private final Listeners<StatementListener> listeners;
    private final Duration threshold;

    private static final class Sum {
        private final LongAdder count = new LongAdder();
        private final LongAdder slow = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final LongAccumulator longest = new LongAccumulator(Math::max, 0);
        private final Sparsely log = new Sparsely();
        private final String sql;

        Sum(String sql) {
            this.sql = sql;
        }
    }

    /**
     * All runs of one statement.
     *
     * @param statement its method, or its first word
     * @param sql of its first run, with placeholders
     * @param slow how many took longer than the threshold
     */
    public record Statement(
            String statement, String sql, long count, long slow, long errors, Duration total, Duration longest) {}

    /**
     * @param next hears of the statements as they are: Dropwizard's timers
     * @param listeners hear of the statements too
     * @param threshold from which on a statement is slow
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
        Sum sum = sumOf(name, context);
        sum.count.increment();
        sum.nanos.add(nanos);
        sum.longest.accumulate(nanos);
        failure.ifPresent(found -> sum.errors.increment());
        Duration time = Duration.ofNanos(nanos);
        listeners.forEach(listener -> listener.executed(name, sum.sql, time, failure));
        if (nanos >= threshold.toNanos()) {
            sum.slow.increment();
            sum.log.omittedBefore().ifPresent(others -> log(context, name, nanos, failure, others));
        }
    }

    private Sum sumOf(String name, StatementContext context) {
        Sum known = sums.get(name);
        return known != null ? known : sums.computeIfAbsent(name, first -> new Sum(sqlOf(context)));
    }

    private static void log(StatementContext context, String name, long nanos, Optional<Failure> failure, long others) {
        LOG.warn(
                "Slow statement {}: {} ms, after {} ms in line for a connection{}{}{}: {}",
                name,
                Duration.ofNanos(nanos).toMillis(),
                LeasedTransaction.of(context.getConnection())
                        .map(LeasedTransaction::waited)
                        .orElse(Duration.ZERO)
                        .toMillis(),
                rowsWritten(context),
                failure.flatMap(Failure::sqlState)
                        .map(state -> ", failed with " + state)
                        .orElse(""),
                others == 0 ? "" : " (and " + others + " more since the last such line)",
                sqlOf(context));
    }

    /** Of a query the driver does not tell how many rows it has. */
    private static String rowsWritten(StatementContext context) {
        try {
            PreparedStatement statement = context.getStatement();
            int rows = statement == null || statement.isClosed() ? -1 : statement.getUpdateCount();
            return rows < 0 ? "" : ", " + rows + " rows written";
        } catch (SQLException e) {
            return "";
        }
    }

    private static String sqlOf(StatementContext context) {
        String sql = context.getRenderedSql();
        return sql == null
                ? ""
                : StatementComments.without(sql).replaceAll("\\s+", " ").strip();
    }

    /** The statements, those first which have taken the most time in all. */
    public List<Statement> worst() {
        return sums.entrySet().stream()
                .map(entry -> {
                    Sum sum = entry.getValue();
                    return new Statement(
                            entry.getKey(),
                            sum.sql,
                            sum.count.sum(),
                            sum.slow.sum(),
                            sum.errors.sum(),
                            Duration.ofNanos(sum.nanos.sum()),
                            Duration.ofNanos(sum.longest.get()));
                })
                .sorted(Comparator.comparing(Statement::total).reversed())
                .toList();
    }
}
