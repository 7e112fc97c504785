package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.execute;
import static com.ketomealplan.neon.pool.core.TestPools.through;
import static com.ketomealplan.neon.pool.core.TestPools.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.web.DatabaseFailureMapper;
import com.ketomealplan.neon.web.Problem;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is said of a statement outside of a unit of work whose connection is lost before its answer comes: in auto-commit it is
 * stored if the
 * server has got it, and in a transaction it is not.
 */
class UnansweredStatementTest {

    private static TestDatabase database;

    @RegisterExtension
    final TestPools pools = new TestPools();

    private NeonProxy proxy;
    private Pool pool;

    @FunctionalInterface
    private interface Use {
        void of(Connection connection) throws SQLException;
    }

    @BeforeAll
    static void createDatabase() {
        database = TestDatabase.empty();
        database.jdbi().useHandle(handle -> handle.execute("""
                        CREATE TABLE things (id int UNIQUE);
                        CREATE FUNCTION store(id int) RETURNS int LANGUAGE sql AS 'INSERT INTO things VALUES ($1) RETURNING id';
                        """));
    }

    @BeforeEach
    void begin() throws Exception {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things"));
        proxy = NeonProxy.before(database);
        pool = pools.keeping(1, through(proxy, database));
    }

    @AfterEach
    void closeProxy() throws Exception {
        proxy.close();
    }

    /** From now on the server executes what it receives, and its answers are lost. */
    private void loseAnswers() {
        proxy.intercept((any, direction, type, body) ->
                direction == Direction.FROM_SERVER && type == 'C' ? Action.CUT : Action.PASS);
    }

    private void loseAnswerTo(String tag) {
        proxy.intercept((any, direction, type, body) -> direction == Direction.FROM_SERVER
                        && type == 'C'
                        && new String(body, StandardCharsets.US_ASCII).equals(tag + "\0")
                ? Action.CUT
                : Action.PASS);
    }

    private Failure failureOf(Use use) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return Failure.of(catchThrowable(() -> use.of(connection)));
        }
    }

    private Outcome outcomeOf(Use use) throws SQLException {
        Failure failure = failureOf(use);
        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        return failure.outcome();
    }

    private Outcome outcomeOfLost(Use use) throws SQLException {
        return outcomeOf(connection -> {
            loseAnswers();
            use.of(connection);
        });
    }

    private static boolean isStored() {
        return database.count("things") == 1;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO things VALUES (1)",
                "WITH stored AS (INSERT INTO things VALUES (1) RETURNING id) SELECT * FROM stored",
                "SELECT store(1)",
                "DO 'BEGIN PERFORM store(1); END'",
                "BEGIN; INSERT INTO things VALUES (1); COMMIT",
            })
    void aWriteInAutoCommitMayBeStored(String sql) throws Exception {
        assertThat(outcomeOfLost(connection -> execute(connection, sql))).isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
    }

    @Test
    void aPreparedStatementABatchAndACallMayBeStored() throws Exception {
        assertThat(outcomeOfLost(connection -> {
                    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO things VALUES (?)")) {
                        insert.setInt(1, 1);
                        insert.executeUpdate();
                    }
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
        begin();
        assertThat(outcomeOfLost(connection -> {
                    try (Statement batch = connection.createStatement()) {
                        batch.addBatch("INSERT INTO things VALUES (1)");
                        batch.executeBatch();
                    }
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
        begin();
        assertThat(outcomeOfLost(connection -> {
                    try (CallableStatement call = connection.prepareCall("{call store(1)}")) {
                        call.execute();
                    }
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
    }

    /** Its isolation level is prepended to it. */
    @Test
    void aWriteWithASettingOfItsOwnMayBeStored() throws Exception {
        loseAnswerTo("INSERT 0 1");

        assertThat(outcomeOf(connection -> {
                    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                    execute(connection, "INSERT INTO things VALUES (1)");
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
    }

    /** Nothing can be prepended to a batch, so it is executed in a transaction. */
    @Test
    void aBatchWithASettingOfItsOwnIsStoredWithItsCommit() throws Exception {
        Use batch = connection -> {
            connection.setSchema("public");
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("INSERT INTO things VALUES (1)");
                statement.executeBatch();
            }
        };
        loseAnswerTo("INSERT 0 1");
        assertThat(outcomeOf(batch)).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(isStored()).isFalse();

        loseAnswerTo("COMMIT");
        assertThat(outcomeOf(batch)).isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
    }

    /** Set read-only or not: in auto-commit that is not said to the server. */
    @Test
    void aQueryThatCallsNothingHasStoredNothing() throws Exception {
        assertThat(outcomeOfLost(connection -> value(connection, "SELECT count(*) FROM things WHERE id IN (1, 2)")))
                .isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void aStatementInATransactionIsRolledBack() throws Exception {
        assertThat(outcomeOfLost(connection -> {
                    connection.setAutoCommit(false);
                    execute(connection, "INSERT INTO things VALUES (1)");
                }))
                .isEqualTo(Outcome.ROLLED_BACK);
        loseAnswerTo("INSERT 0 1");
        assertThat(outcomeOf(connection -> {
                    execute(connection, "BEGIN");
                    execute(connection, "INSERT INTO things VALUES (1)");
                }))
                .isEqualTo(Outcome.ROLLED_BACK);
        assertThat(isStored()).isFalse();
    }

    @Test
    void aCommitMayBeDoneInWhicheverWayItWasRequested() throws Exception {
        loseAnswerTo("COMMIT");
        assertThat(outcomeOf(connection -> {
                    connection.setAutoCommit(false);
                    execute(connection, "INSERT INTO things VALUES (1)");
                    connection.commit();
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(isStored()).isTrue();
        assertThat(outcomeOf(connection -> {
                    execute(connection, "BEGIN");
                    execute(connection, "COMMIT");
                }))
                .isEqualTo(Outcome.UNKNOWN);
        assertThat(outcomeOf(connection -> {
                    connection.setAutoCommit(false);
                    connection.setReadOnly(true);
                    value(connection, "SELECT 1");
                    connection.commit();
                }))
                .as("what only reads")
                .isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void whatTheServerRefusesIsNotStored() throws Exception {
        Failure refused = failureOf(connection -> execute(connection, "INSERT INTO things VALUES (1), (1)"));

        assertThat(refused.kind()).isEqualTo(FailureKind.CONSTRAINT);
        assertThat(refused.outcome()).isEqualTo(Outcome.ROLLED_BACK);
    }

    /** The driver has closed the connection already. */
    @Test
    void whatIsNotSentIsNotStored() throws Exception {
        assertThat(outcomeOfLost(connection -> {
                    try (Statement statement = connection.createStatement()) {
                        catchThrowable(() -> value(connection, "SELECT 1"));
                        proxy.intercept((any, direction, type, body) -> Action.PASS);
                        statement.execute("INSERT INTO things VALUES (1)");
                    }
                }))
                .isEqualTo(Outcome.ROLLED_BACK);
        assertThat(isStored()).isFalse();
    }

    @Test
    void theProblemSaysThatTheCommitOutcomeIsUnknown() {
        Throwable failure = catchThrowable(() -> Jdbi.create(pool).useHandle(handle -> {
            loseAnswers();
            handle.execute("INSERT INTO things VALUES (1)");
        }));

        Response answer = new DatabaseFailureMapper.OfJdbi(heard -> {}).toResponse((JdbiException) failure);

        assertThat(answer.getStatus()).isEqualTo(503);
        Problem problem = (Problem) answer.getEntity();
        assertThat(problem.type()).isEqualTo("urn:problem-type:commit-outcome-unknown");
        assertThat(problem.retryable()).isFalse();
    }
}
