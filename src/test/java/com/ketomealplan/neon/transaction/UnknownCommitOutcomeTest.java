package com.ketomealplan.neon.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A unit of work whose COMMIT had no answer, and whose commit outcome cannot be looked up. */
class UnknownCommitOutcomeTest {

    private final TestDatabase database = TestDatabase.empty();
    private final AtomicInteger runs = new AtomicInteger();

    @RegisterExtension
    final TestPools pools = new TestPools();

    private NeonProxy proxy;
    private Jdbi jdbi;
    private UnitOfWork units;

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (name text)"));
        proxy = NeonProxy.before(database);
        Pool pool = pools.keeping(1, TestPools.through(proxy, database));
        jdbi = Jdbi.create(pool);
        units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    /** Cuts the connection at a COMMIT in one direction, and refuses log-ins from then on, so that its outcome cannot be looked up. */
    private void loseCommit(Direction way) {
        proxy.intercept((connection, direction, type, body) -> {
            if (direction != way || !new String(body, StandardCharsets.US_ASCII).startsWith("COMMIT")) {
                return Action.PASS;
            }
            proxy.refuseLogins("password authentication failed for user 'x'");
            return Action.CUT;
        });
    }

    private int store() {
        runs.incrementAndGet();
        return jdbi.withHandle(handle -> handle.execute("INSERT INTO things VALUES ('a')"));
    }

    /** If it was committed, another run would store it twice. */
    @ParameterizedTest
    @EnumSource
    void itFailsWithAnUnknownOutcomeAndIsNotReplayed(Direction way) {
        loseCommit(way);

        assertThatThrownBy(() ->
                        units.call(new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, false, true), this::store))
                .isInstanceOf(CommitFailedException.class)
                .satisfies(failure -> assertThat(Failure.of(failure).outcome()).isEqualTo(Failure.Outcome.UNKNOWN));

        assertThat(runs).hasValue(1);
        assertThat(database.count("things")).isEqualTo(way == Direction.FROM_SERVER ? 1 : 0);
    }
}
