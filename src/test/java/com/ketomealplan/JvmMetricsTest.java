package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.Gauge;
import com.ketomealplan.testing.LoggedLines;
import io.dropwizard.core.setup.Bootstrap;
import org.junit.jupiter.api.Test;

class JvmMetricsTest {

    private final Bootstrap<KetoMealPlanConfiguration> bootstrap = new Bootstrap<>(new KetoMealPlanApplication());

    @Test
    void areRegistered() {
        JvmMetrics.register(bootstrap).await();

        assertThat(bootstrap.getMetricRegistry().getNames()).contains("jvm.attribute.vendor", "jvm.memory.heap.used");
    }

    /** The service serves already when that is known. */
    @Test
    void ofWhichOneCannotBeRegisteredAreAWarning() {
        bootstrap.getMetricRegistry().register("jvm.attribute.vendor", (Gauge<String>) () -> "another's");
        try (LoggedLines lines = LoggedLines.of(JvmMetrics.class)) {
            JvmMetrics.register(bootstrap).await();

            assertThat(lines.all())
                    .singleElement()
                    .asString()
                    .contains("Metrics of the JVM are missing", "jvm.attribute.vendor");
        }
    }
}
