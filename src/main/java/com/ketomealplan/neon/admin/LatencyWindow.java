package com.ketomealplan.neon.admin;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What a histogram has counted between two looks at it. Quantiles are those that Prometheus reckons from the same buckets, so
 * that the page and a dashboard agree.
 */
final class LatencyWindow {

    private double[] bounds = {};
    private long[] before = {};
    private long[] counts = {};

    /** Looks again. Several points are taken for one: those of all labels. */
    void look(List<HistogramDataPointSnapshot> points) {
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
        for (int i = 0; i < Math.min(now.length, before.length); i++) {
            counts[i] -= before[i];
        }
        before = now;
    }

    long count() {
        return Arrays.stream(counts).sum();
    }

    /**
     * In seconds; empty if nothing was counted.
     *
     * @param part between 0 and 1
     */
    OptionalDouble quantile(double part) {
        long count = count();
        if (count == 0) {
            return OptionalDouble.empty();
        }
        double rank = part * count;
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
