package com.ketomealplan.neon.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.sqlobject.SqlObjectPlugin;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A pool on a database of the test's own, with units of work and a table. */
abstract class UnitOfWorkFixture {

    final TestDatabase database = TestDatabase.empty();
    final Pool pool = new ConnectionPool(
            "test",
            new WakeGate(database.connector()),
            Retention.pooled(2, 2, Duration.ofSeconds(1), Duration.ofHours(1)),
            new QueueLimits(Duration.ofSeconds(5), 100),
            Duration.ofMinutes(1),
            Duration.ofHours(1));
    final Jdbi jdbi = Jdbi.create(pool).installPlugin(new SqlObjectPlugin());
    final UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
    final Things things = jdbi.onDemand(Things.class);

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

    <T> T unit(Callable<T> work) throws Exception {
        return units.call(UnitOfWork.Options.DEFAULT, work);
    }
}
