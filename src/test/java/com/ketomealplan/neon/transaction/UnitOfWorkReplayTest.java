package com.ketomealplan.neon.transaction;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.ScenarioTable;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.jdbc.PgResultSet;

/** Replays: which units of work are run again after which failure. */
class UnitOfWorkReplayTest extends UnitOfWorkFixture {

    @Test
    @Tag("campaign")
    void aReplayableUnitIsReplayedAfterAConflict() throws Exception {
        database.jdbi()
                .useHandle(handle -> handle.execute("CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL);"
                        + " INSERT INTO counters SELECT n, 0 FROM generate_series(1, 10000) AS n; ANALYZE counters"));
        var serializable = new UnitOfWork.Options(TransactionIsolationLevel.SERIALIZABLE, false, true);
        int each = Ring.times(200, 2_000);
        AtomicInteger runs = new AtomicInteger();
        Set<Integer> runsOfFailed = ConcurrentHashMap.newKeySet();
        List<List<Failure>> ofClients = Clients.atOnce(4, () -> {
            List<Failure> failures = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                int id = ThreadLocalRandom.current().nextInt(1, 9);
                AtomicInteger ownRuns = new AtomicInteger();
                try {
                    units.call(serializable, () -> {
                        runs.incrementAndGet();
                        ownRuns.incrementAndGet();
                        return jdbi.withHandle(handle -> {
                            int value = handle.select("SELECT value FROM counters WHERE id = ?", id)
                                    .mapTo(int.class)
                                    .one();
                            return handle.execute("UPDATE counters SET value = ? WHERE id = ?", value + 1, id);
                        });
                    });
                } catch (Exception e) {
                    failures.add(Failure.of(e));
                    runsOfFailed.add(ownRuns.get());
                }
            }
            return failures;
        });
        List<Failure> failures = ofClients.stream().flatMap(List::stream).toList();
        int all = 4 * each;

        assertThat(runs.get()).as("some collided").isGreaterThan(all);
        assertThat(failures).allSatisfy(failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFLICT));
        assertThat(failures).as("of %d, run %d times", all, runs.get()).hasSizeLessThanOrEqualTo(all / 50);
        assertThat(runsOfFailed).as("of those that failed").isSubsetOf(4);

        if (Ring.isCampaign()) {
            ScenarioTable.row(
                    "One of ten SERIALIZABLE transactions collides with another",
                    all,
                    all - failures.size(),
                    failures.size(),
                    0);
        }
        int sum = database.jdbi().withHandle(handle -> handle.select("SELECT sum(value) FROM counters")
                .mapTo(int.class)
                .one());
        assertThat(sum).isEqualTo(all - failures.size());
    }

    @Test
    void aReplayableUnitIsReplayedAfterItHasWaitedTooLongForALock() throws Exception {
        AtomicInteger runs = new AtomicInteger();

        try (Handle holder = database.jdbi().open()) {
            holder.begin().execute("LOCK TABLE things");
            units.call(new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, false, true), () -> {
                if (runs.incrementAndGet() == 2) {
                    holder.rollback();
                }
                jdbi.useHandle(handle -> handle.execute("SET LOCAL lock_timeout = '50ms'"));
                things.insert("a");
                return null;
            });
        }

        assertThat(runs).hasValue(2);
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aUnitThatIsNotReplayableIsNotReplayed() {
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
    void aReplayableMethodOfASqlObjectIsReplayed() {
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
    void aFailureOfAReplayDoesNotHideTheUnknownCommitOutcome() {
        CommitFailedException unknown = CommitFailedException.unknown(new SQLException("lost", "08006"));

        assertThatThrownBy(() -> units.call(UnitOfWork.Options.DEFAULT, new UnknownThenFailing(unknown, false, true)))
                .isSameAs(unknown);
        assertThatThrownBy(() -> units.call(UnitOfWork.Options.DEFAULT, new UnknownThenFailing(unknown, true, true)))
                .hasMessage("later");
    }

    /** Its replay could not rule out the prior commit, and would act a second time. */
    @Test
    void workWithoutAStoredMarkerIsNotReplayedAfterAnUnknownCommitOutcome() {
        CommitFailedException unknown = CommitFailedException.unknown(new SQLException("lost", "08006"));
        UnknownThenFailing unmarked = new UnknownThenFailing(unknown, true, false);

        assertThatThrownBy(() ->
                        units.call(new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, false, true), unmarked))
                .isSameAs(unknown);

        assertThat(unmarked.runs).isEqualTo(1);
    }

    private static final class UnknownThenFailing implements UnitOfWork.RecoverableWork<Void> {
        private final CommitFailedException unknown;
        private final boolean ruledOut;
        private final boolean markerStored;
        private int runs;

        UnknownThenFailing(CommitFailedException unknown, boolean ruledOut, boolean markerStored) {
            this.unknown = unknown;
            this.ruledOut = ruledOut;
            this.markerStored = markerStored;
        }

        @Override
        public Void call() throws SQLException {
            if (runs++ == 0) {
                throw unknown;
            }
            throw new SQLException("later", "40001");
        }

        @Override
        public boolean isPriorCommitRuledOut() {
            return ruledOut;
        }

        @Override
        public boolean hasStoredMarker() {
            return markerStored;
        }
    }

    /** Returns how often a replayable unit runs whose last statement collides, by a block whose END is none of its transaction. */
    private int runsUntilCollision(HandleConsumer<SQLException> before) {
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> units.call(
                        new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, false, true),
                        () -> jdbi.withHandle(handle -> {
                            runs.incrementAndGet();
                            before.useHandle(handle);
                            return handle.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$");
                        })))
                .isInstanceOf(JdbiException.class);
        return runs.get();
    }

    /** What it has committed would be done twice. */
    @Test
    void aUnitThatHasCommittedByItselfIsNotReplayed() {
        int runs = runsUntilCollision(handle -> {
            handle.execute("INSERT INTO things VALUES ('a')");
            handle.commit();
            handle.begin();
        });

        assertThat(runs).isEqualTo(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    static Stream<Named<HandleConsumer<SQLException>>> commitsPastTheHandle() {
        return Stream.of(
                Named.of("through the driver's connection", handle -> handle.getConnection()
                        .unwrap(PgConnection.class)
                        .commit()),
                Named.of("through a result set of the driver's", handle -> {
                    try (Statement statement = handle.getConnection().createStatement();
                            ResultSet rows = statement.executeQuery("SELECT 1")) {
                        rows.unwrap(PgResultSet.class)
                                .getStatement()
                                .getConnection()
                                .commit();
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("commitsPastTheHandle")
    void aUnitThatCommitsPastTheHandleIsNotReplayed(HandleConsumer<SQLException> commit) {
        int runs = runsUntilCollision(handle -> {
            handle.execute("INSERT INTO things VALUES ('a')");
            commit.useHandle(handle);
        });

        assertThat(runs).isEqualTo(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aUnitThatCommitsBySqlIsNotReplayed() {
        int runs = runsUntilCollision(handle -> {
            handle.execute("INSERT INTO things VALUES ('a')");
            handle.execute("COMMIT");
        });

        assertThat(runs).isEqualTo(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aUnitThatCommitsInsideALongerTextIsNotReplayed() {
        int runs = runsUntilCollision(handle -> handle.execute("INSERT INTO things VALUES ('a'); COMMIT"));

        assertThat(runs).isEqualTo(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    @Test
    void aUnitThatCommitsInABatchIsNotReplayed() {
        int runs = runsUntilCollision(handle -> {
            try (Statement statement = handle.getConnection().createStatement()) {
                statement.addBatch("INSERT INTO things VALUES ('a')");
                statement.addBatch("COMMIT");
                statement.executeBatch();
            }
        });

        assertThat(runs).isEqualTo(1);
        assertThat(database.count("things")).isEqualTo(1);
    }

    /** It has an END, which is none of its transaction. */
    @Test
    void aUnitWhoseBlockCollidesIsReplayed() {
        int runs = runsUntilCollision(handle -> {});

        assertThat(runs).isGreaterThan(1);
    }

    @Test
    void aUnitPastItsDeadlineIsNotReplayed() {
        AtomicInteger runs = new AtomicInteger();

        assertThatThrownBy(() -> Deadline.within(
                        Duration.ofMillis(20),
                        Duration.ZERO,
                        () -> units.call(new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, false, true), () -> {
                            runs.incrementAndGet();
                            await().until(Deadline.current().orElseThrow()::hasPassed);
                            throw new SQLException("collided", "40001");
                        })))
                .hasMessage("collided");

        assertThat(runs).hasValue(1);
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        UnitListener broken = (UnitListener) Proxy.newProxyInstance(
                UnitListener.class.getClassLoader(),
                new Class<?>[] {UnitListener.class},
                (proxy, method, arguments) -> {
                    throw new IllegalStateException("broken in " + method.getName());
                });
        Jdbi other = Jdbi.create(pool).installPlugin(new SqlObjectPlugin());
        UnitOfWork observed = UnitOfWork.install(other, pool, broken);

        String result = observed.call(
                UnitOfWork.Options.DEFAULT,
                () -> other.withHandle(handle -> {
                    handle.execute("INSERT INTO things VALUES ('a')");
                    return "done";
                }));

        assertThat(result).isEqualTo("done");
        assertThat(database.count("things")).isEqualTo(1);
    }
}
