package com.ketomealplan.neon.transaction;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.Test;

/** When a unit of work commits, and when it rolls back. */
class UnitOfWorkTest extends UnitOfWorkFixture {

    private static final UnitOfWork.Options READ_ONLY =
            new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, true, true);

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
    void joinsAnOpenHandle() throws Exception {
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
    void aFailedUnitDoesNotAffectTheNextOneOnItsThread() throws Exception {
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
    void aConnectionLostInsideIsAFailureAndIsEvicted() throws Exception {
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
    void isolationLevelAndReadOnlyModeHoldForTheUnitOnly() throws Exception {
        String inside = units.call(
                new UnitOfWork.Options(TransactionIsolationLevel.SERIALIZABLE, true, true), things::characteristics);

        assertThat(inside).isEqualTo("serializable on");
        assertThat(unit(things::characteristics)).isEqualTo("read committed off");
        assertThat(pool.statistics().opened()).isEqualTo(1);
    }

    @Test
    void aReadOnlyUnitRefusesWrites() {
        assertThatThrownBy(() -> units.call(READ_ONLY, () -> {
                    things.insert("a");
                    return null;
                }))
                .isInstanceOf(WriteInReadOnlyUnitException.class)
                .hasStackTraceContaining("read-only transaction");
    }

    /** It would be refused by the server, far from its cause. */
    @Test
    void aUnitThatWritesInsideOneThatReadsIsRefused() throws Exception {
        assertThatThrownBy(() -> units.call(READ_ONLY, () -> unit(() -> "writes")))
                .isInstanceOf(NestedUnitException.class)
                .hasMessageContaining("a unit of work that writes, inside one that only reads");

        assertThat(unit(() -> units.call(READ_ONLY, () -> "reads"))).isEqualTo("reads");
    }

    /** The threads of a server live as long as it. */
    @Test
    void theHandleOfAFailedUnitIsNotKept() {
        AtomicReference<WeakReference<Handle>> handle = new AtomicReference<>();
        assertThatThrownBy(() -> unit(() -> jdbi.withHandle(outer -> {
                    handle.set(new WeakReference<>(outer));
                    try {
                        return jdbi.inTransaction(inner -> {
                            throw new IllegalStateException("swallowed");
                        });
                    } catch (IllegalStateException e) {
                        return null;
                    }
                })))
                .isInstanceOf(RollbackOnlyException.class);

        await().until(() -> {
            System.gc();
            return handle.get().get() == null;
        });
    }

    @Test
    void aStreamingResultIsRefused() {
        Things shared = units.sqlObject(Things.class);

        assertThatThrownBy(() -> unit(shared::names))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("consume it inside the unit, and return a List");
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
    void aFailedUnitIsNotCommitted() {
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
}
