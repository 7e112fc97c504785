package com.ketomealplan.neon.transaction;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.DeadlineExceededException;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.web.LeakDetectionFilter;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Connections that a unit of work, or code outside of one, uses or leaves in unusual ways. */
class UnitOfWorkConnectionTest extends UnitOfWorkFixture {

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

    /** By another session, or by a shorter timeout of the server. */
    @Test
    void aStatementThatIsCancelledBeforeItsDeadlineIsNoMissedDeadline() {
        Throwable cancelled = catchThrowable(
                () -> Deadline.within(
                        Duration.ofMinutes(1),
                        Duration.ZERO,
                        () -> unit(
                                () -> jdbi.withHandle(
                                        handle -> handle.execute(
                                                "DO 'BEGIN RAISE ''canceling statement due to user request'' USING ERRCODE = ''57014''; END'")))));

        assertThat(Failure.of(cancelled).kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(Failure.find(cancelled, DeadlineExceededException.class)).isEmpty();
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

    @Test
    void aHandleThatARequestLeavesOpenIsALeak() throws Exception {
        new LeakDetectionFilter().doFilter(null, null, (request, response) -> {
            jdbi.open();
            assertThat(pool.statistics().active()).isEqualTo(1);
            jdbi.useHandle(handle -> handle.execute("SELECT 1"));
        });

        assertThat(pool.statistics().active()).isZero();
        assertThat(pool.statistics().leaked()).isEqualTo(1);
    }

    @Test
    void anIdleTransactionIsEnded() {
        Pool impatient = new ConnectionPool(
                "test",
                new WakeGate(database.connector()),
                Retention.perRequest(1),
                new QueueLimits(Duration.ofSeconds(5), 1),
                Duration.ofMillis(200),
                Duration.ofHours(1));
        Jdbi other = Jdbi.create(impatient);

        assertThatThrownBy(() -> other.useTransaction(handle -> {
                    handle.execute("INSERT INTO things VALUES ('a')");
                    await().until(() -> database.sessions() == 0);
                    handle.execute("INSERT INTO things VALUES ('b')");
                }))
                .hasMessageContaining("the connection was closed: it has been idle in its transaction for 200 ms");

        assertThat(database.count("things")).isZero();
        impatient.stop();
    }

    @Test
    void theCommitOutcomeOfASecondTransactionIsNotThatOfTheFirst() {
        AtomicBoolean begun = new AtomicBoolean();
        Throwable failure = null;
        // On a loaded machine the deadline may pass before the second one has begun
        for (Duration time = Duration.ofMillis(100); !begun.get(); time = time.multipliedBy(2)) {
            database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
            Duration tried = time;
            failure = catchThrowable(() -> Deadline.within(tried, Duration.ZERO, () -> firstAndTooLateSecond(begun)));
        }

        assertThat(failure).hasMessageContaining("COMMIT failed, and nothing is stored");
        assertThat(database.count("things")).isEqualTo(1);
    }

    private Void firstAndTooLateSecond(AtomicBoolean begun) {
        return jdbi.withHandle(handle -> {
            handle.useTransaction(first -> first.execute("INSERT INTO things VALUES ('a')"));
            handle.useTransaction(second -> {
                second.execute("INSERT INTO things VALUES ('b')");
                begun.set(true);
                Deadline deadline = Deadline.current().orElseThrow();
                await().until(deadline::hasPassed);
            });
            return null;
        });
    }

    @Test
    void aConnectionInATransactionBegunBySqlIsEvicted() {
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

    /** The next transaction of its driver has not made this one a success. */
    @Test
    void aUnitWhoseDriverIsUsedFailsIfItsCommitIsRefused() {
        assertThatThrownBy(() -> unit(() -> jdbi.withHandle(handle -> {
                    handle.getConnection().unwrap(PGConnection.class);
                    handle.execute("INSERT INTO things (name) VALUES ('twice'), ('twice')"); // refused at its end
                    return null;
                })))
                .isInstanceOf(Exception.class);

        assertThat(database.count("things")).isZero();
    }

    @Test
    void aUnitWhoseDriverIsUsedCommits() throws Exception {
        unit(() -> jdbi.withHandle(handle -> {
            handle.getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY things (name) FROM STDIN", new StringReader("one\n"));
            return null;
        }));

        assertThat(database.count("things")).isEqualTo(1);
    }
}
