package com.ketomealplan.neon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.core.metrics.Histogram;
import org.junit.jupiter.api.Test;

/** Quantiles of the observations since the last update of a window. */
class LatencyWindowTest {

    private final Histogram histogram = Histogram.builder()
            .name("times")
            .classicUpperBounds(.1, .2, .5)
            .labelNames("route")
            .build();
    private final LatencyWindow window = new LatencyWindow();

    private void observe(String route, double seconds, int times) {
        for (int i = 0; i < times; i++) {
            histogram.labelValues(route).observe(seconds);
        }
    }

    private void update() {
        window.update(histogram.collect().getDataPoints());
    }

    @Test
    void hasNoQuantileWithoutObservations() {
        update();

        assertThat(window.count()).isZero();
        assertThat(window.quantile(.99)).isEmpty();
    }

    @Test
    void countsTheObservationsOfAllLabelsSinceTheLastUpdate() {
        observe("a", .05, 100);
        update();
        observe("a", .15, 10);
        observe("b", .15, 10);
        update();

        assertThat(window.count()).isEqualTo(20);
        assertThat(window.quantile(.5).orElseThrow()).isCloseTo(.15, within(1e-9)); // in the middle of its bucket
        update();
        assertThat(window.quantile(.5)).isEmpty();
    }

    @Test
    void returnsTheLastBoundForLargerValues() {
        observe("a", 7, 3);
        update();

        assertThat(window.quantile(.99)).hasValue(.5);
    }
}
