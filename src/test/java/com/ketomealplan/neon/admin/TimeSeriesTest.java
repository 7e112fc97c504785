package com.ketomealplan.neon.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.health.UnitOutcomes;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The samples of the operator's page, taken by the test and not by a timer. */
class TimeSeriesTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final int QUARTER_OF_AN_HOUR = 180;

    @RegisterExtension
    private final TestPools pools = new TestPools();

    private final TestDatabase database = TestDatabase.empty();

    @Test
    void samplesAreKeptForAQuarterOfAnHourAndTakingThemSendsNothing() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            WakeGate gate = new WakeGate(Connectors.to(Endpoint.parse(proxy.url(database))));
            Pool pool = new ConnectionPool(
                    "test",
                    gate,
                    Retention.pooled(5, 10, HOUR, HOUR),
                    new QueueLimits(HOUR, 30),
                    HOUR,
                    Duration.ofHours(1));
            DatabaseState state = new DatabaseState(gate, pool, new UnitOutcomes(), true, false);
            TimeSeries series = new TimeSeries(new PrometheusRegistry(), pool, state, Clock.systemUTC());

            series.sampleSafely();
            assertThat(series.columns().condition()).containsExactly("asleep");
            assertThat(proxy.connects()).isZero();

            pool.getConnection().close();
            long messages = proxy.clientMessages();
            int connects = proxy.connects();
            for (int i = 0; i < QUARTER_OF_AN_HOUR; i++) {
                series.sampleSafely();
            }
            assertThat(series.columns().condition()).hasSize(QUARTER_OF_AN_HOUR).containsOnly("up");
            assertThat(series.columns().idle()).containsOnly(1L);
            assertThat(proxy.clientMessages()).isEqualTo(messages);
            assertThat(proxy.connects()).isEqualTo(connects);

            state.stop();
            pool.stop();
        }
    }

    /** The executor would not call it again, and the charts would stand still. */
    @Test
    void anErrorInOneSampleDoesNotEndThem() {
        InstantSource broken = () -> {
            throw new OutOfMemoryError("of the test");
        };
        Pool pool = pools.keeping(1, database.connector());
        DatabaseState state =
                new DatabaseState(new WakeGate(database.connector()), pool, new UnitOutcomes(), true, false);
        TimeSeries series = new TimeSeries(new PrometheusRegistry(), pool, state, broken);

        assertThatCode(series::sampleSafely).doesNotThrowAnyException();

        state.stop();
    }
}
