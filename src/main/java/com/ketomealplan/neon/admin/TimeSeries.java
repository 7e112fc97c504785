package com.ketomealplan.neon.admin;

import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolStatistics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The samples for the charts: the last quarter of an hour, in steps of five seconds. Thread-safe. */
final class TimeSeries {

    static final Duration STEP = Duration.ofSeconds(5);

    private static final int MAX_SAMPLES = (int) (Duration.ofMinutes(15).toSeconds() / STEP.toSeconds());

    private static final Logger LOG = LoggerFactory.getLogger(TimeSeries.class);

    private final PrometheusRegistry registry;
    private final Pool pool;
    private final DatabaseState state;
    private final InstantSource clock;
    private final Deque<Sample> samples = new ArrayDeque<>();
    private final LatencyWindow waits = new LatencyWindow();
    private final LatencyWindow requests = new LatencyWindow();
    private final LatencyWindow errors = new LatencyWindow();
    private final LatencyWindow statements = new LatencyWindow();
    private long sampledNanos = System.nanoTime();

    private record Sample(
            long time,
            PoolStatistics pool,
            Double waitP50,
            Double waitP99,
            double requestRate,
            double errorRate,
            Double requestP50,
            Double requestP99,
            Double statementP50,
            Double statementP99,
            String condition) {}

    /** The JSON of the samples: a list for each series, the oldest first, null where there was no observation. */
    record Columns(
            long stepSeconds,
            List<Long> time,
            List<Long> used,
            List<Long> idle,
            List<Long> waiting,
            List<Double> waitP50Ms,
            List<Double> waitP99Ms,
            List<Double> requestRate,
            List<Double> errorRate,
            List<Double> requestP50Ms,
            List<Double> requestP99Ms,
            List<Double> statementP50Ms,
            List<Double> statementP99Ms,
            List<String> condition) {}

    TimeSeries(PrometheusRegistry registry, Pool pool, DatabaseState state, InstantSource clock) {
        this.registry = registry;
        this.pool = pool;
        this.state = state;
        this.clock = clock;
    }

    /** Takes a sample, at each {@link #STEP}. Does not throw, not even an Error: the executor would not call it again. */
    void sampleSafely() {
        try {
            sample();
        } catch (Throwable e) {
            LOG.warn("Sample for the operator's page failed", e);
        }
    }

    private synchronized void sample() {
        Histograms histograms = Histograms.scrape(registry);
        long now = System.nanoTime();
        double seconds = (now - sampledNanos) / 1e9; // longer than a step, if the process was suspended
        sampledNanos = now;
        List<HistogramDataPointSnapshot> requestPoints = histograms.dataPoints(Histograms.REQUESTS);
        waits.update(histograms.dataPoints(Histograms.WAITS));
        requests.update(requestPoints);
        errors.update(requestPoints.stream().filter(TimeSeries::isError).toList());
        statements.update(histograms.dataPoints(Histograms.STATEMENTS));
        samples.addLast(new Sample(
                clock.instant().getEpochSecond(),
                pool.statistics(),
                millis(waits.quantile(.5)),
                millis(waits.quantile(.99)),
                requests.count() / seconds,
                errors.count() / seconds,
                millis(requests.quantile(.5)),
                millis(requests.quantile(.99)),
                millis(statements.quantile(.5)),
                millis(statements.quantile(.99)),
                state.status().condition().label()));
        if (samples.size() > MAX_SAMPLES) {
            samples.removeFirst();
        }
    }

    static boolean isError(HistogramDataPointSnapshot requests) {
        return requests.getLabels().get("http_response_status_code").startsWith("5");
    }

    private static Double millis(OptionalDouble seconds) {
        return seconds.isPresent() ? seconds.getAsDouble() * 1e3 : null;
    }

    /** Returns the samples. */
    synchronized Columns columns() {
        return new Columns(
                STEP.toSeconds(),
                column(Sample::time),
                column(sample -> (long) sample.pool().active()),
                column(sample -> (long) sample.pool().idle()),
                column(sample -> (long) sample.pool().waiting()),
                column(Sample::waitP50),
                column(Sample::waitP99),
                column(Sample::requestRate),
                column(Sample::errorRate),
                column(Sample::requestP50),
                column(Sample::requestP99),
                column(Sample::statementP50),
                column(Sample::statementP99),
                column(Sample::condition));
    }

    private <V> List<V> column(Function<Sample, V> value) {
        return samples.stream().map(value).collect(Collectors.toList()); // may hold nulls
    }
}
