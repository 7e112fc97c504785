package com.ketomealplan.neon.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.ConnectionPool;
import com.ketomealplan.neon.pool.Deadline;
import com.ketomealplan.neon.pool.LeakGuard;
import com.ketomealplan.neon.pool.LeasedTransaction;
import com.ketomealplan.neon.pool.Line;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.ScenarioTable;
import com.ketomealplan.testing.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnitOfWorkTest {

    private final TestDatabase database = TestDatabase.empty();
    private final Pool pool = new ConnectionPool(
            "test",
            new WakeGate(database.connector()),
            Retention.pooled(2, 2, Duration.ofSeconds(1), Duration.ofHours(1)),
            new Line(Duration.ofSeconds(5), 100),
            Duration.ofMinutes(1));
    private final Jdbi jdbi = Jdbi.create(pool).installPlugin(new SqlObjectPlugin());
    private final UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
    private final Things things = jdbi.onDemand(Things.class);

    public interface Things {
        @SqlUpdate("INSERT INTO things (name) VALUES (:name)")
        void insert(String name);

        @SqlQuery("SELECT pg_backend_pid()")
        int backend();

        @SqlQuery("SELECT current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only')")
        String characteristics();

        @Transaction
        default void insertThenFail(String name) {
            insert(name);
            throw new IllegalStateException("inner");
        }

        @SqlQuery("SELECT name FROM things")
        Stream<String> names();

        @Transaction
        @Replayable
        default void insertAndDo(String name, Runnable more) {
            insert(name);
            more.run();
            insert(name + " again");
        }

        @Transaction
        default void insertBoth(String first, String second) {
            insert(first);
            insert(second);
        }

        @Transaction
        default void insertAndSwallow(String name, String inner) {
            insert(name);
            try {
                insertThenFail(inner);
            } catch (IllegalStateException e) {
                // the mistake that the unit has to survive
            }
        }
    }

    @BeforeEach
    void createTable() {
        database.jdbi()
                .useHandle(
                        handle -> handle.execute(
                                "CREATE TABLE things (name text, CONSTRAINT once UNIQUE (name) DEFERRABLE INITIALLY DEFERRED)"));
    }

    @AfterEach
    void everythingIsReturned() {
        assertThat(pool.statistics().active()).isZero();
        pool.stop();
    }

    private <T> T unit(Callable<T> work) throws Exception {
        return units.call(UnitOfWork.Options.DEFAULT, work);
    }

    @Test
    void commitsWhenTheWorkReturns() throws Exception {
        String result = unit(() -> {
            things.insert("a");
            assertThat(database.count("things")).isZero();
            return "done";
        });

        assertThat(result).isEqualTo("done");
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void rollsBackOnAnythingThrown() {
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    throw new IOException("checked");
                }))
                .isExactlyInstanceOf(IOException.class);
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    throw new StackOverflowError();
                }))
                .isExactlyInstanceOf(StackOverflowError.class);

        assertThat(database.count("things")).isZero();
    }

    @Test
    void borrowsNoConnectionIfTheWorkNeedsNone() throws Exception {
        unit(() -> "nothing");

        assertThat(pool.statistics().borrowed()).isZero();
    }

    @Test
    void sharesOneConnection() throws Exception {
        unit(() -> {
            int backend = things.backend();
            assertThat(things.backend()).isEqualTo(backend);
            int byExtension = jdbi.withExtension(Things.class, Things::backend);
            assertThat(byExtension).isEqualTo(backend);
            int byHand =
                    jdbi.inTransaction(handle -> handle.attach(Things.class).backend());
            assertThat(byHand).isEqualTo(backend);
            int byUnit = unit(things::backend);
            assertThat(byUnit).isEqualTo(backend);
            assertThat(pool.statistics().active()).isEqualTo(1);
            return null;
        });

        assertThat(pool.statistics().borrowed()).isEqualTo(1);
    }

    @Test
    void joinsAHandleThatIsOpenAlready() throws Exception {
        jdbi.useHandle(handle -> unit(() -> {
            things.insert("a");
            assertThat(pool.statistics().active()).isEqualTo(1);
            assertThat(database.count("things")).isZero();
            return null;
        }));

        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aSqlObjectMethodIsAUnitByItself() {
        things.insertBoth("a", "b");
        assertThatThrownBy(() -> things.insertThenFail("c")).hasMessage("inner");

        assertThat(database.count("things")).isEqualTo(2);
    }

    @Test
    void anInnerFailureThatWasSwallowedRollsEverythingBack() {
        assertThatThrownBy(() -> things.insertAndSwallow("a", "b"))
                .isInstanceOf(RollbackOnlyException.class)
                .hasRootCauseMessage("inner");
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    try {
                        things.insertThenFail("b");
                    } catch (IllegalStateException e) {
                        // swallowed
                    }
                    return null;
                }))
                .isInstanceOf(RollbackOnlyException.class);
        assertThatThrownBy(() -> jdbi.useTransaction(outer -> {
                    outer.execute("INSERT INTO things VALUES ('a')");
                    try {
                        jdbi.useTransaction(inner -> {
                            throw new IllegalStateException("by hand");
                        });
                    } catch (IllegalStateException e) {
                        // swallowed
                    }
                }))
                .isInstanceOf(RollbackOnlyException.class);
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    try {
                        unit(() -> {
                            throw new IllegalStateException("a unit in a unit");
                        });
                    } catch (IllegalStateException e) {
                        // swallowed
                    }
                    return null;
                }))
                .isInstanceOf(RollbackOnlyException.class);

        assertThat(database.count("things")).isZero();
    }

    @Test
    void theNextUnitOnTheThreadIsNotHarmedByTheLast() throws Exception {
        assertThatThrownBy(() -> things.insertAndSwallow("a", "b")).isInstanceOf(RollbackOnlyException.class);
        assertThatThrownBy(() -> things.insertThenFail("a")).hasMessage("inner");

        unit(() -> {
            things.insert("a");
            return null;
        });
        things.insertBoth("b", "c");

        assertThat(database.count("things")).isEqualTo(3);
    }

    @Test
    void aFailedCommitIsAFailure() {
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("twice");
                    things.insert("twice");
                    return null;
                }))
                .isInstanceOf(CommitFailedException.class)
                .hasRootCauseInstanceOf(SQLException.class)
                .satisfies(failure -> assertThat(Failure.of(failure).outcome()).isEqualTo(Failure.Outcome.ROLLED_BACK));

        assertThat(database.count("things")).isZero();
    }

    @Test
    void aConnectionLostInsideIsAFailureAndIsNotHandedOn() throws Exception {
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    database.terminateSessions();
                    return null;
                }))
                .isInstanceOf(CommitFailedException.class);

        unit(() -> {
            things.insert("b");
            return null;
        });
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void characteristicsHoldForTheUnitOnly() throws Exception {
        String inside = units.call(
                new UnitOfWork.Options(TransactionIsolationLevel.SERIALIZABLE, true, true), things::characteristics);

        assertThat(inside).isEqualTo("serializable on");
        assertThat(unit(things::characteristics)).isEqualTo("read committed off");
        assertThat(pool.statistics().opened()).isEqualTo(1);
    }

    @Test
    void aReadOnlyUnitRefusesWrites() {
        assertThatThrownBy(() -> units.call(UnitOfWork.Options.READ_ONLY, () -> {
                    things.insert("a");
                    return null;
                }))
                .isInstanceOf(UnableToExecuteStatementException.class)
                .hasMessageContaining("read-only transaction");
    }

    @Test
    void whatCollidesIsRunAgainIfItSaysSo() throws Exception {
        database.jdbi()
                .useHandle(handle -> handle.execute("CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL);"
                        + " INSERT INTO counters SELECT n, 0 FROM generate_series(1, 10000) AS n; ANALYZE counters"));
        var serializable = new UnitOfWork.Options(TransactionIsolationLevel.SERIALIZABLE, false, true);
        List<CompletableFuture<List<Failure>>> work = new ArrayList<>();
        AtomicInteger runs = new AtomicInteger();
        for (int client = 0; client < 4; client++) {
            work.add(CompletableFuture.supplyAsync(() -> {
                List<Failure> failures = new ArrayList<>();
                for (int i = 0; i < 2_000; i++) {
                    int id = ThreadLocalRandom.current().nextInt(1, 9);
                    try {
                        units.call(serializable, () -> {
                            runs.incrementAndGet();
                            return jdbi.withHandle(handle -> {
                                int value = handle.select("SELECT value FROM counters WHERE id = ?", id)
                                        .mapTo(int.class)
                                        .one();
                                return handle.execute("UPDATE counters SET value = ? WHERE id = ?", value + 1, id);
                            });
                        });
                    } catch (Exception e) {
                        failures.add(Failure.of(e));
                    }
                }
                return failures;
            }));
        }
        List<Failure> failures =
                work.stream().flatMap(done -> done.join().stream()).toList();

        assertThat(runs.get()).as("some collided").isGreaterThan(8_200);
        assertThat(failures).allSatisfy(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFLICT));
        assertThat(failures).as("of 8,000, run %d times", runs.get()).hasSizeLessThanOrEqualTo(8);

        ScenarioTable.row(
                "One of ten SERIALIZABLE transactions collides with another",
                8_000,
                8_000 - failures.size(),
                failures.size(),
                0);
        int sum = database.jdbi().withHandle(handle -> handle.select("SELECT sum(value) FROM counters")
                .mapTo(int.class)
                .one());
        assertThat(sum).isEqualTo(8_000 - failures.size());
    }

    @Test
    void whatDoesNotSayThatItMayBeRunAgainIsNot() {
        AtomicInteger runs = new AtomicInteger();

        assertThatThrownBy(() -> unit(() -> {
                    runs.incrementAndGet();
                    things.insert("a");
                    database.terminateSessions();
                    things.insert("b");
                    return null;
                }))
                .isInstanceOf(UnableToExecuteStatementException.class);

        assertThat(runs).hasValue(1);
    }

    @Test
    void aResultThatWouldBeReadLaterIsRefused() {
        Things shared = units.sqlObject(Things.class);

        assertThatThrownBy(() -> unit(shared::names))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("use it up inside the unit, and return a List");
        assertThatThrownBy(shared::names)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("what Things.names returns would be read after its unit of work has ended");
    }

    @Test
    void aStreamMayBeReadInsideItsUnit() throws Exception {
        Things shared = units.sqlObject(Things.class);
        shared.insertBoth("a", "b");

        assertThat(unit(() -> {
                    try (Stream<String> names = shared.names()) {
                        return names.toList();
                    }
                }))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aSqlObjectMethodMayBeRunAgain() {
        Things shared = units.sqlObject(Things.class);
        AtomicInteger runs = new AtomicInteger();

        shared.insertAndDo("a", () -> {
            if (runs.incrementAndGet() == 1) {
                database.terminateSessions();
            }
        });

        assertThat(runs).hasValue(2);
        assertThat(database.count("things")).isEqualTo(2);
    }

    @Test
    void aBatchMayBeTheFirstStatement() throws Exception {
        unit(() -> jdbi.withHandle(handle -> {
            PreparedBatch batch = handle.prepareBatch("INSERT INTO things (name) VALUES (?)");
            batch.add("a").add("b");
            return batch.execute();
        }));
        unit(() -> jdbi.withHandle(handle -> handle.createUpdate("INSERT INTO things (name) VALUES ('c')")
                .executeAndReturnGeneratedKeys("name")
                .mapTo(String.class)
                .one()));
        unit(() -> jdbi.withHandle(handle -> {
            try (var statement = handle.getConnection().prepareStatement("INSERT INTO things (name) VALUES (?)")) {
                for (String name : List.of("d", "e")) {
                    statement.setString(1, name);
                    assertThat(statement.executeUpdate()).isEqualTo(1);
                }
            }
            return null;
        }));

        assertThat(database.count("things")).isEqualTo(5);
    }

    @Test
    void whatARequestLeavesOpenIsTakenBack() throws Exception {
        new LeakGuard().doFilter(null, null, (request, response) -> {
            jdbi.open();
            assertThat(pool.statistics().active()).isEqualTo(1);
            jdbi.useHandle(handle -> handle.execute("SELECT 1"));
        });

        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().leaked()).isEqualTo(1);
    }

    @Test
    void aTransactionThatNobodyWorksInIsEnded() {
        Pool impatient = new ConnectionPool(
                "test",
                new WakeGate(database.connector()),
                Retention.perRequest(1),
                new Line(Duration.ofSeconds(5), 1),
                Duration.ofMillis(200));
        Jdbi other = Jdbi.create(impatient);

        assertThatThrownBy(() -> other.useTransaction(handle -> {
                    handle.execute("INSERT INTO things VALUES ('a')");
                    Awaitility.await().until(() -> database.sessions() == 0);
                    handle.execute("INSERT INTO things VALUES ('b')");
                }))
                .hasMessageContaining("the connection was closed: it has been idle in its transaction for 200 ms");

        assertThat(database.count("things")).isZero();
        impatient.stop();
    }

    @Test
    void aSecondTransactionOfAHandleIsNotTakenForTheFirst() {
        assertThatThrownBy(() -> Deadline.within(
                        Duration.ofMillis(300),
                        Duration.ZERO,
                        () -> jdbi.withHandle(handle -> {
                            handle.useTransaction(first -> first.execute("INSERT INTO things VALUES ('a')"));
                            handle.useTransaction(second -> {
                                second.execute("INSERT INTO things VALUES ('b')");
                                Thread.sleep(320);
                            });
                            return null;
                        })))
                .hasMessageContaining("COMMIT failed, and nothing is stored");

        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aTransactionBegunAsSqlIsNotHandedOn() {
        jdbi.useHandle(handle -> {
            handle.execute("BEGIN");
            handle.execute("INSERT INTO things VALUES ('a')");
        });
        jdbi.useHandle(handle -> handle.execute("INSERT INTO things VALUES ('b')"));

        List<String> names = database.jdbi().withHandle(handle -> handle.select("SELECT name FROM things")
                .mapTo(String.class)
                .list());
        assertThat(names).containsExactly("b");
    }

    @Test
    void whatHasFailedIsNotCommitted() {
        assertThatThrownBy(() -> unit(() -> {
                    things.insert("a");
                    jdbi.useHandle(handle -> assertThatThrownBy(() -> handle.execute("SELECT 1 / 0"))
                            .isInstanceOf(UnableToExecuteStatementException.class));
                    return null;
                }))
                .isInstanceOf(CommitFailedException.class)
                .satisfies(failed -> assertThat(Failure.of(failed).kind()).isEqualTo(FailureKind.PROGRAM))
                .rootCause()
                .hasMessageContaining("a statement of the transaction has failed");

        assertThat(database.count("things")).isZero();
    }

    @Test
    void whatFailsAfterAnUnknownCommitDoesNotHideIt() {
        CommitFailedException unknown = CommitFailedException.unknown(new SQLException("lost", "08006"));

        assertThatThrownBy(() -> units.call(UnitOfWork.Options.DEFAULT, new UnknownThenFailing(unknown, false)))
                .isSameAs(unknown);
        assertThatThrownBy(() -> units.call(UnitOfWork.Options.DEFAULT, new UnknownThenFailing(unknown, true)))
                .hasMessage("later");
    }

    private static final class UnknownThenFailing implements UnitOfWork.MarkedWork<Void> {
        private final CommitFailedException unknown;
        private final boolean knowing;
        private int runs;

        UnknownThenFailing(CommitFailedException unknown, boolean knowing) {
            this.unknown = unknown;
            this.knowing = knowing;
        }

        @Override
        public Void call() throws SQLException {
            if (runs++ == 0) {
                throw unknown;
            }
            throw new SQLException("later", "40001");
        }

        @Override
        public boolean knowsItsPast() {
            return knowing;
        }
    }

    @Test
    void aStatementMayBeExecutedInSeveralTransactions() throws Exception {
        try (var connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (var insert = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
                for (String name : List.of("a", "b", "c")) {
                    insert.setString(1, name);
                    assertThat(insert.executeUpdate()).isEqualTo(1);
                    assertThat(LeasedTransaction.of(connection).orElseThrow().identity())
                            .isPresent();
                    connection.commit();
                }
                insert.setString(1, "d");
                insert.addBatch();
                insert.setString(1, "e");
                insert.addBatch();
                assertThat(insert.executeBatch()).containsExactly(1, 1);
                connection.commit();
            }
        }

        assertThat(database.count("things")).isEqualTo(5);
    }
}
