package com.ketomealplan.neon.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.health.SchemaCheck.Outcome;
import com.ketomealplan.neon.health.SchemaCheck.Text;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What the results of units of work show of the schema and the disk, by a clock of the test. */
class UnitOutcomesTest {

    private final TestDatabase database = TestDatabase.empty();
    private final AtomicLong nanos = new AtomicLong();
    private final UnitOutcomes outcomes = new UnitOutcomes(nanos::get);
    private final AtomicInteger changes = new AtomicInteger();

    @BeforeEach
    void addListener() {
        outcomes.addListener(changes::incrementAndGet);
    }

    private static JdbiException failure(String sqlState) {
        return new UnableToExecuteStatementException(new SQLException("no", sqlState), null);
    }

    private void advance(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    @Test
    void aMismatchIsKeptUntilAUnitIsServed() {
        outcomes.onRollback(failure("42P01"));
        advance(2);
        assertThat(outcomes.snapshot().sinceMismatch()).contains(Duration.ofSeconds(2));
        assertThat(outcomes.snapshot().sinceServed()).isEmpty();
        assertThat(outcomes.snapshot().mismatch()).isPresent();

        outcomes.onCommit(Duration.ZERO, Optional.empty());

        advance(1);
        assertThat(outcomes.snapshot().mismatch()).isEmpty();
        assertThat(outcomes.snapshot().sinceServed()).contains(Duration.ofSeconds(1));
        assertThat(outcomes.snapshot().sinceServedDespite()).contains(Duration.ofSeconds(1));
        assertThat(changes).hasValue(2);
    }

    @Test
    void aServedUnitNotifiesNoListener() {
        outcomes.onCommit(Duration.ZERO, Optional.empty());
        outcomes.onRollback(new IllegalStateException("User not found"));

        assertThat(outcomes.snapshot().sinceServed()).contains(Duration.ZERO);
        assertThat(outcomes.snapshot().sinceServedDespite()).isEmpty();
        assertThat(changes).hasValue(0);
    }

    /** A constraint, an invalid value, a conflict: the statement has found its table. */
    @ParameterizedTest
    @ValueSource(strings = {"23505", "22P02", "40001"})
    void aUnitThatViolatesAConstraintOrConflictsIsServed(String sqlState) {
        outcomes.onRollback(failure(sqlState));

        assertThat(outcomes.snapshot().sinceServed()).isPresent();
    }

    /** Perhaps the policies refuse each row; one that is refused is no mismatch, though. */
    @Test
    void aUnitWhoseRowAPolicyRefusesShowsNothing() {
        outcomes.onRollback(
                new PSQLException(new ServerErrorMessage("SERROR\0C42501\0Mrefused\0RExecWithCheckOptions\0")));

        assertThat(outcomes.snapshot().sinceServed()).isEmpty();
        assertThat(outcomes.snapshot().mismatch()).isEmpty();
    }

    /** A timeout, a lost connection, a syntax error, a refused log-in: they show nothing of the schema. */
    @ParameterizedTest
    @ValueSource(strings = {"57014", "08006", "42601", "28P01"})
    void anyOtherFailureChangesNothing(String sqlState) {
        outcomes.onRollback(failure(sqlState));
        outcomes.onCommit(Duration.ZERO, Optional.of(failure(sqlState)));

        assertThat(outcomes.snapshot()).isEqualTo(new UnitOutcomes(nanos::get).snapshot());
    }

    private void unit(String sql) {
        outcomes.onBegin();
        outcomes.onExecuted(sql);
        outcomes.onCommit(Duration.ZERO, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO a VALUES (1)",
                "update a SET b = 1",
                "WITH c AS (SELECT 1) INSERT INTO a SELECT * FROM c",
                "WITH c AS (UPDATE a SET b = 1 RETURNING b) SELECT * FROM c FOR UPDATE"
            })
    void aStoredWriteEndsAFullDisk(String sql) {
        outcomes.onRollback(failure("53100"));
        advance(1);

        unit(sql);

        assertThat(outcomes.snapshot().full()).isEmpty();
        assertThat(outcomes.snapshot().sinceFull()).isEmpty();
        assertThat(outcomes.snapshot().last().orElseThrow().kind()).isEqualTo(FailureKind.STORAGE_FULL);
        assertThat(outcomes.snapshot().sinceLast()).contains(Duration.ofSeconds(1));
        assertThat(changes).hasValue(2);
    }

    /** Statements that need no disk space, a write that is not committed, and one that an earlier unit of this thread has stored. */
    @Test
    void aUnitThatStoresNothingDoesNotEndAFullDisk() {
        unit("INSERT INTO a VALUES (1)");
        outcomes.onRollback(failure("53100"));

        unit("SELECT * FROM inserts");
        unit("DELETE FROM a");
        unit("WITH b AS (SELECT 1) SELECT * FROM a FOR UPDATE");
        unit("WITH b AS (SELECT 1 FOR UPDATE) SELECT * FROM a FOR NO KEY\n UPDATE");
        outcomes.onBegin();
        outcomes.onExecuted("INSERT INTO a VALUES (1)");
        outcomes.onCommit(Duration.ZERO, Optional.of(failure("08006")));
        unit("SELECT 1");
        outcomes.onBegin();
        outcomes.onExecuted("INSERT INTO a VALUES (1)");
        outcomes.onRollback(failure("40001"));
        outcomes.onExecuted("SELECT 1"); // in the next run
        outcomes.onCommit(Duration.ZERO, Optional.empty());

        assertThat(outcomes.snapshot().full()).isPresent();
    }

    /** As where some writes find space in a page, and others do not. */
    @Test
    void aFullDiskDoesNotFlapIfSomeWritesFindSpace() {
        outcomes.onRollback(failure("53100"));
        unit("UPDATE a SET b = 1");
        advance(1);
        outcomes.onRollback(failure("53100"));

        unit("UPDATE a SET b = 1");
        assertThat(outcomes.snapshot().full()).isPresent();
        advance(5);
        unit("UPDATE a SET b = 1");
        assertThat(outcomes.snapshot().full()).isEmpty();
    }

    @Test
    void readsDoNotEndAFullDisk() {
        outcomes.onRollback(failure("53100"));
        outcomes.onCommit(Duration.ZERO, Optional.empty());
        advance(3);

        assertThat(outcomes.snapshot().sinceFull()).contains(Duration.ofSeconds(3));
        assertThat(outcomes.snapshot().full().orElseThrow().kind()).isEqualTo(FailureKind.STORAGE_FULL);
        assertThat(changes).hasValue(1);
    }

    @Test
    void aCheckRenewsOrEndsAMismatch() {
        outcomes.onRollback(statement("SELECT a FROM b"));
        SchemaCheck check = outcomes.schemaCheck().orElseThrow();
        advance(50);

        outcomes.onChecked(check, Outcome.UNKNOWN);
        assertThat(outcomes.snapshot().sinceMismatch()).contains(Duration.ofSeconds(50));
        outcomes.onChecked(check, Outcome.MISMATCH);
        assertThat(outcomes.snapshot().sinceMismatch()).contains(Duration.ZERO);
        outcomes.onChecked(check, Outcome.FITS);
        assertThat(outcomes.snapshot().mismatch()).isEmpty();
        assertThat(outcomes.snapshot().sinceServed()).isEmpty();
    }

    /** As for a mismatch inside of a function, whose body EXPLAIN does not check. */
    @Test
    void aRefutedCheckIsNotRepeatedUntilAUnitIsServed() {
        outcomes.onRollback(statement("SELECT * FROM b WHERE c = :a"));
        SchemaCheck check = outcomes.schemaCheck().orElseThrow();
        assertThat(check).isEqualTo(new SchemaCheck(List.of(new Text("SELECT * FROM b WHERE c = ?", 1))));
        outcomes.onChecked(check, Outcome.FITS);

        outcomes.onRollback(statement("SELECT * FROM b WHERE c = :a"));
        assertThat(outcomes.schemaCheck()).isEmpty();
        outcomes.onRollback(statement("SELECT * FROM other"));
        assertThat(outcomes.schemaCheck()).isPresent();

        outcomes.onCommit(Duration.ZERO, Optional.empty());
        outcomes.onRollback(statement("SELECT * FROM b WHERE c = :a"));
        assertThat(outcomes.schemaCheck()).isPresent();
    }

    /** EXPLAIN would execute the second one. */
    @Test
    void severalStatementsAreNotChecked() {
        outcomes.onRollback(statement("SELECT * FROM b; DELETE FROM users"));

        assertThat(outcomes.schemaCheck()).isEmpty();
        assertThat(outcomes.snapshot().mismatch()).isPresent();
    }

    /** Returns what JDBI throws for a statement whose table does not exist. */
    private StatementException statement(String sql) {
        return catchThrowableOfType(
                StatementException.class, () -> database.jdbi().useHandle(handle -> {
                    Query query = handle.createQuery(sql);
                    (sql.contains(":a") ? query.bind("a", 1) : query).mapToMap().list();
                }));
    }
}
