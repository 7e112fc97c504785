package com.ketomealplan.neon.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.idempotency.IdempotentWork.Outcome;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.neon.transaction.UnitListener;
import com.ketomealplan.neon.transaction.UnitOfWork;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.jdbc.PgConnection;

/** Requests with an idempotency key whose COMMIT had no answer: the stored key shows the commit outcome, and whether they are replayed. */
class IdempotentWorkTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final UnitOfWork.Options UNMARKED =
            new UnitOfWork.Options(TransactionIsolationLevel.READ_COMMITTED, false, false);
    private static final UnitOfWork.Options REPLAYABLE =
            new UnitOfWork.Options(TransactionIsolationLevel.READ_COMMITTED, false, true);
    private static final byte[] BODY = {1, 2, 3};

    private static TestDatabase database;

    private final AtomicInteger runs = new AtomicInteger();
    /** What the work does last. */
    private HandleConsumer<SQLException> end = handle -> {};

    @RegisterExtension
    final TestPools pools = new TestPools();

    private NeonProxy proxy;
    private Jdbi jdbi;
    private UnitOfWork units;

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.migrated();
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (name text)"));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things, idempotency_keys"));
        proxy = NeonProxy.before(database);
        Pool pool = pools.keeping(1, TestPools.through(proxy, database));
        jdbi = Jdbi.create(pool);
        PlainDataSource lookups = () -> {
            throw new IllegalStateException("nobody knows");
        };
        units = UnitOfWork.install(jdbi, lookups, new UnitListener() {});
    }

    @AfterEach
    void end() throws Exception {
        proxy.close();
    }

    /** Cuts the first connection on which such a message is sent in this direction. */
    private void cutOnce(Direction way, String words) {
        AtomicBoolean cut = new AtomicBoolean();
        proxy.intercept((connection, direction, type, body) -> direction == way
                        && new String(body, StandardCharsets.ISO_8859_1).contains(words)
                        && !cut.getAndSet(true)
                ? Action.CUT
                : Action.PASS);
    }

    private void loseCommit() {
        cutOnce(Direction.FROM_CLIENT, "INTO idempotency_keys"); // which is sent with it
    }

    private void loseAnswerToCommit() {
        cutOnce(Direction.FROM_SERVER, "COMMIT");
    }

    private StoredAnswer act() throws SQLException {
        runs.incrementAndGet();
        jdbi.useHandle(handle -> {
            handle.execute("INSERT INTO things VALUES ('a')");
            end.useHandle(handle);
        });
        return new StoredAnswer(200, Map.of(), BODY);
    }

    /**
     * Does the work of a request with a key.
     *
     * @param largest in bytes, of an answer that is kept
     */
    private Outcome call(UnitOfWork.Options options, long largest) throws Exception {
        IdempotentWork.Storage storage =
                new IdempotentWork.Storage(jdbi, new IdempotencyStore(new ObjectMapper(), HOUR), largest);
        IdempotentWork.Request request =
                new IdempotentWork.Request(IdempotencyKey.parse("k1"), List.of("POST"), new byte[] {0});
        return units.call(options, new IdempotentWork(storage, request, options, this::act))
                .outcome();
    }

    @Test
    void aCommittedRequestIsNotReplayed() throws Exception {
        loseAnswerToCommit();

        assertThat(call(UNMARKED, BODY.length)).isEqualTo(Outcome.ACTED);

        assertThat(runs).hasValue(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** In a transaction of its own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAnswerOfWorkThatHasCommittedPastTheHandleIsStored(boolean byTheDriver) throws Exception {
        end = handle -> {
            if (byTheDriver) {
                handle.getConnection().unwrap(PgConnection.class).commit();
            } else {
                handle.execute("COMMIT");
            }
        };

        assertThat(call(UNMARKED, BODY.length)).isEqualTo(Outcome.ACTED);

        assertThat(call(UNMARKED, BODY.length)).isEqualTo(Outcome.REPEATED);
        assertThat(runs).hasValue(1);
    }

    @Test
    void aReplayableRequestThatWasRolledBackIsReplayed() throws Exception {
        loseCommit();

        assertThat(call(REPLAYABLE, BODY.length)).isEqualTo(Outcome.ACTED);

        assertThat(runs).hasValue(2);
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** The key shows the outcome of the transaction, and not what else the method has done. */
    @Test
    void aRolledBackRequestThatIsNotReplayableIsNotReplayed() {
        loseCommit();

        assertThatThrownBy(() -> call(UNMARKED, BODY.length))
                .satisfies(failure -> assertThat(Failure.of(failure).outcome()).isEqualTo(Failure.Outcome.ROLLED_BACK));

        assertThat(runs).hasValue(1);
        assertThat(database.count("things")).isZero();
    }

    /** Its key is not stored, also if it was committed: a replay would act twice. */
    @Test
    void aRequestWithoutAStoredAnswerIsNotReplayed() {
        loseAnswerToCommit();

        assertThatThrownBy(() -> call(REPLAYABLE, BODY.length - 1))
                .satisfies(failure -> assertThat(Failure.of(failure).outcome()).isEqualTo(Failure.Outcome.UNKNOWN));

        assertThat(runs).hasValue(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** At a higher level, which may be the server's default, it would not see what was committed while it waited for the key. */
    @Test
    void aKeyIsLookedUpAtAKnownIsolationLevel() {
        assertThatThrownBy(() -> call(UnitOfWork.Options.DEFAULT, BODY.length))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(IdempotentWork.withIsolation(UnitOfWork.Options.DEFAULT)).isEqualTo(UNMARKED);
        assertThat(IdempotentWork.withIsolation(REPLAYABLE)).isEqualTo(REPLAYABLE);
    }
}
