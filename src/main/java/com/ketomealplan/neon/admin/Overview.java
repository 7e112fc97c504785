package com.ketomealplan.neon.admin;

import com.ketomealplan.neon.health.DatabaseStatus;
import com.ketomealplan.neon.locks.LockWait;
import com.ketomealplan.neon.locks.LockWaits;
import com.ketomealplan.neon.observe.AwakeLedger;
import com.ketomealplan.neon.observe.StateHistory;
import com.ketomealplan.neon.observe.StatementObserver;
import com.ketomealplan.neon.pool.ConnectionReport;
import com.ketomealplan.neon.pool.PoolStatistics;
import com.ketomealplan.neon.pool.PoolingStrategy;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The JSON of the page without its charts. Times are in milliseconds unless their names say otherwise. */
record Overview(
        String service,
        Instant now,
        Instance instance,
        Database database,
        PoolFigures pool,
        ColdStarts coldStarts,
        List<Route> routes,
        List<Statement> statements,
        Ledger ledger,
        List<OpenConnection> connections,
        List<BlockedSession> blocked,
        List<StateChange> changes,
        List<Setting> configuration) {

    record Database(
            String target,
            boolean sleeps,
            String condition,
            String explanation,
            Instant since,
            Optional<Instant> lastSuccess,
            Optional<Instant> lastFailure,
            Optional<String> lastFailureExplanation) {

        static Database of(String target, DatabaseStatus status) {
            return new Database(
                    target,
                    status.sleeps(),
                    status.condition().label(),
                    status.cause(),
                    status.since(),
                    status.lastSuccess(),
                    status.lastFailure(),
                    status.failure().map(failure -> failure.cause()));
        }
    }

    record PoolFigures(
            String strategy,
            long kept,
            long max,
            long open,
            long used,
            long idle,
            long waiting,
            long waitingMax,
            long opened,
            long timeouts,
            long rejected,
            long leaked) {

        static PoolFigures of(PoolingStrategy strategy, PoolStatistics statistics) {
            return new PoolFigures(
                    strategy.name().toLowerCase(Locale.ROOT),
                    statistics.kept(),
                    statistics.max(),
                    statistics.size(),
                    statistics.active(),
                    statistics.idle(),
                    statistics.waiting(),
                    statistics.waitingMax(),
                    statistics.opened(),
                    statistics.timeouts(),
                    statistics.rejected(),
                    statistics.leaked());
        }
    }

    record ColdStarts(long count, List<ColdStart> recent) {
        static ColdStarts of(StateHistory history) {
            return new ColdStarts(
                    history.coldStartCount(),
                    history.coldStarts().stream()
                            .map(one -> new ColdStart(one.at(), millis(one.time())))
                            .toList());
        }
    }

    record ColdStart(Instant at, double ms) {}

    record Route(String route, long count, long errors, double meanMs, double p99Ms) {

        /** Returns the routes, the slowest first. */
        static List<Route> of(List<HistogramDataPointSnapshot> requests) {
            Map<String, List<HistogramDataPointSnapshot>> byRoute = requests.stream()
                    .collect(Collectors.groupingBy(point -> point.getLabels().get("http_request_method") + " "
                            + point.getLabels().get("http_route")));
            return byRoute.entrySet().stream()
                    .map(entry -> of(entry.getKey(), entry.getValue()))
                    .sorted(Comparator.comparing(Route::p99Ms).reversed())
                    .toList();
        }

        private static Route of(String route, List<HistogramDataPointSnapshot> points) {
            LatencyWindow window = new LatencyWindow();
            window.update(points);
            long count = window.count();
            double seconds = points.stream()
                    .mapToDouble(HistogramDataPointSnapshot::getSum)
                    .sum();
            long errors = points.stream()
                    .filter(TimeSeries::isError)
                    .mapToLong(HistogramDataPointSnapshot::getCount)
                    .sum();
            return new Route(
                    route.endsWith(" ") ? route + "(no route)" : route,
                    count,
                    errors,
                    seconds * 1e3 / Math.max(1, count),
                    window.quantile(.99).orElse(0) * 1e3);
        }
    }

    record Statement(
            String statement,
            String sql,
            long count,
            long slow,
            long errors,
            double totalMs,
            double meanMs,
            double longestMs) {

        static Statement of(StatementObserver.Statement observed) {
            return new Statement(
                    observed.statement(),
                    observed.sql(),
                    observed.count(),
                    observed.slow(),
                    observed.errors(),
                    millis(observed.total()),
                    millis(observed.total().dividedBy(Math.max(1, observed.count()))),
                    millis(observed.longest()));
        }
    }

    record Ledger(
            LocalDate day,
            double awakeSeconds,
            Optional<Double> computeUnits,
            Optional<Double> computeHours,
            long suspendAfterSeconds,
            Optional<Instant> awakeUntil,
            List<Share> by,
            List<String> warnings) {

        static Ledger of(AwakeLedger.Page page) {
            return new Ledger(
                    page.day(),
                    page.awake().toMillis() / 1e3,
                    page.computeUnits(),
                    page.computeHours(),
                    page.suspendAfter().toSeconds(),
                    page.awakeUntil(),
                    page.shares().stream()
                            .map(share -> new Share(share.who(), share.today().toMillis() / 1e3, share.uses()))
                            .toList(),
                    page.warnings());
        }
    }

    record Share(String who, double awakeSeconds, long uses) {}

    record OpenConnection(
            long number,
            String state,
            long ageMs,
            int generation,
            Optional<String> requestId,
            Optional<String> unit,
            Optional<Long> heldMs,
            Optional<String> statement,
            Optional<String> transactionId) {

        static OpenConnection of(ConnectionReport report) {
            Optional<ConnectionReport.Use> use = report.use();
            return new OpenConnection(
                    report.number(),
                    use.isPresent() ? "used" : "idle",
                    report.age().toMillis(),
                    report.generation(),
                    use.flatMap(ConnectionReport.Use::request),
                    use.flatMap(ConnectionReport.Use::purpose),
                    use.map(held -> held.held().toMillis()),
                    use.flatMap(ConnectionReport.Use::statement),
                    use.flatMap(ConnectionReport.Use::transaction));
        }
    }

    /**
     * A session of this role that waits for a lock.
     *
     * @param number its process id on the server
     * @param by the sessions that block it
     * @param asOf when the server was queried
     */
    record BlockedSession(
            int number,
            Optional<String> statement,
            Optional<String> unit,
            Optional<Long> ms,
            String lock,
            String by,
            Instant asOf) {

        static List<BlockedSession> of(LockWaits waits) {
            return waits.all().stream().map(wait -> of(wait, waits.at())).toList();
        }

        private static BlockedSession of(LockWait wait, Instant at) {
            return new BlockedSession(
                    wait.pid(),
                    wait.tag().statement(),
                    wait.tag().action(),
                    wait.runtime().map(Duration::toMillis),
                    wait.lock(),
                    wait.describeBlockers(),
                    at);
        }
    }

    record StateChange(Instant at, String from, String to, long lastedMs, String cause, int between) {
        static StateChange of(StateHistory.Change change) {
            return new StateChange(
                    change.at(),
                    change.from().label(),
                    change.to().label(),
                    change.lasted().toMillis(),
                    change.cause(),
                    change.between());
        }
    }

    record Setting(String name, String value) {}

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
