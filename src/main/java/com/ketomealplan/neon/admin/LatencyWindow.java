package com.ketomealplan.neon.admin;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The observations of a histogram between two scrapes. Quantiles are computed from the buckets as Prometheus does it, so that the page
 * and a dashboard agree. Not thread-safe.
 */
final class LatencyWindow {

    private double[] bounds = {};
    private long[] previous = {};
    private long[] counts = {};

    /** Starts the next window, with what was observed since the last call. The points of all labels are added up. */
    void update(List<HistogramDataPointSnapshot> points) {
        long[] now = {};
        for (HistogramDataPointSnapshot point : points) {
            ClassicHistogramBuckets buckets = point.getClassicBuckets();
            if (now.length == 0) {
                now = new long[buckets.size()];
                bounds = new double[buckets.size()];
            }
            for (int i = 0; i < now.length; i++) {
                now[i] += buckets.getCount(i);
                bounds[i] = buckets.getUpperBound(i);
            }
        }
        counts = now.clone();
        for (int i = 0; i < Math.min(now.length, previous.length); i++) {
            counts[i] -= previous[i];
        }
        previous = now;
    }

    long count() {
        return Arrays.stream(counts).sum();
    }

    /**
     * Returns a quantile in seconds; empty if there were no observations.
     *
     * @param level between 0 and 1
     */
    OptionalDouble quantile(double level) {
        long count = count();
        if (count == 0) {
            return OptionalDouble.empty();
        }
        double rank = level * count;
        long below = 0;
        for (int i = 0; i < counts.length; i++) {
            double lower = i == 0 ? 0 : bounds[i - 1];
            if (below + counts[i] >= rank) {
                return OptionalDouble.of(
                        Double.isInfinite(bounds[i]) || counts[i] == 0
                                ? lower
                                : lower + (bounds[i] - lower) * (rank - below) / counts[i]);
            }
            below += counts[i];
        }
        return OptionalDouble.of(bounds[bounds.length - 2]);
    }
}
