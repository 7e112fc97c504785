package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the state of a database makes of a clock that is set. */
class DatabaseStateClockTest {

    @RegisterExtension
    private final TestPools pools = new TestPools();

    /** As when a virtual machine resumes: its clock is set, and the compute has slept. */
    @Test
    void aClockThatIsSetBackDuringAWakeDoesNotMakeItNegative() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-30T12:00:00Z"));
        Semaphore mayLogIn = new Semaphore(0);
        Connector target = TestDatabase.empty().connector();
        Connector slow = new Connector() {
            @Override
            public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
                entered.accept(Phase.LOGIN);
                mayLogIn.acquireUninterruptibly();
                return target.open(atMost, phase -> {});
            }

            @Override
            public String target() {
                return target.target();
            }
        };
        WakeGate gate = new WakeGate(slow);
        Pool pool = pools.keeping(1, gate);
        DatabaseState state = new DatabaseState(gate, pool, new UnitOutcomes(), true, false, now::get);
        List<Duration> wakes = new CopyOnWriteArrayList<>();
        state.addListener(new DatabaseState.StateListener() {
            @Override
            public void onColdStart(Duration time) {
                wakes.add(time);
            }
        });

        CompletableFuture<Void> borrower = CompletableFuture.runAsync(() -> {
            try {
                pool.getConnection().close();
            } catch (SQLException e) {
                throw new CompletionException(e);
            }
        });
        await().until(() -> state.status().condition() == DatabaseCondition.WAKING);
        now.set(now.get().minus(Duration.ofHours(1)));
        mayLogIn.release();
        borrower.get(1, TimeUnit.MINUTES);

        await().until(() -> state.status().condition() == DatabaseCondition.UP);
        assertThat(wakes).singleElement().satisfies(wake -> assertThat(wake).isPositive());
        state.stop();
    }
}
