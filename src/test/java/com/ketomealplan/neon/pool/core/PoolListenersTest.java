package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.HOUR;
import static com.ketomealplan.neon.pool.core.TestPools.LONG;
import static com.ketomealplan.neon.pool.core.TestPools.backend;
import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.gate.GateListener;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.PoolExhaustedException;
import com.ketomealplan.neon.pool.PoolListener;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Listeners of a pool and of its gate that throw: no connection is lost, and no caller is affected. */
class PoolListenersTest {

    private final Set<String> called = ConcurrentHashMap.newKeySet();

    private <L> L broken(Class<L> type, Throwable failure) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            called.add(method.getName());
            throw failure;
        }));
    }

    private static Stream<Throwable> listenersThatThrowLoseNoConnection() {
        return Stream.of(new IllegalStateException("broken"), new StackOverflowError("broken"));
    }

    @ParameterizedTest
    @MethodSource
    void listenersThatThrowLoseNoConnection(Throwable failure) throws Exception {
        WakeGate gate = new WakeGate(TestDatabase.empty().connector());
        gate.addListener(broken(GateListener.class, failure));
        Pool pool = new ConnectionPool(
                "test", gate, Retention.pooled(1, 0, HOUR, HOUR), new QueueLimits(LONG, 10), LONG, HOUR);
        pool.addListener(broken(PoolListener.class, failure));

        int first = backend(pool);
        Connection only = pool.getConnection();
        assertThatThrownBy(() -> Deadline.within(Duration.ofMillis(1), Duration.ZERO, pool::getConnection))
                .isInstanceOf(PoolExhaustedException.class);
        only.abort(Runnable::run);
        assertThat(backend(pool)).isNotEqualTo(first);

        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().idle()).isEqualTo(1);
        await().untilAsserted(
                        () -> // of a failed wait they are told on a thread of its own
                        assertThat(called)
                                .contains("onOpened", "onWaitEnded", "onReturned", "onWaitFailed", "onEvicted"));
        pool.stop();
    }
}
