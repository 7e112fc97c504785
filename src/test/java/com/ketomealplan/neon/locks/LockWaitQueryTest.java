package com.ketomealplan.neon.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The sessions that wait for locks, and those that block them. */
class LockWaitQueryTest {

    private static TestDatabase database;

    private final List<Connection> sessions = new ArrayList<>();

    @BeforeAll
    static void createTable() {
        database = TestDatabase.empty();
        database.jdbi()
                .useHandle(handle ->
                        handle.execute("CREATE TABLE things (id int, word text); INSERT INTO things VALUES (1)"));
    }

    @AfterEach
    void close() throws SQLException {
        for (Connection session : sessions) {
            session.close();
        }
    }

    private Connection session(String application) throws SQLException {
        return session(application, database.endpoint().user(), database.password());
    }

    private Connection session(String application, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", application);
        Connection session = DriverManager.getConnection(database.endpoint().jdbcUrl(), properties);
        session.setAutoCommit(false);
        sessions.add(session);
        return session;
    }

    private static void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Starts a statement that has to wait for a lock. */
    private static void start(Connection session, String sql) {
        int waiting = database.lockWaiters();
        Clients.async(() -> {
            execute(session, sql);
            return null;
        });
        await().until(() -> database.lockWaiters() > waiting);
    }

    /** Repeats the query, because a busy machine may take longer than its time limit. */
    private static LockWait awaitOne(Connection asker, Predicate<LockWait> which) {
        return await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(
                        () -> {
                            try {
                                return LockWaitQuery.execute(asker).all().stream()
                                        .filter(which)
                                        .findFirst();
                            } finally {
                                asker.rollback();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static LockWait awaitOne(Connection asker) {
        return awaitOne(asker, any -> true);
    }

    @Test
    void theBlockerIsNamedAndItsStatementIsNotQuoted() throws Exception {
        Connection blocker = session("psql of ada");
        execute(
                blocker,
                "/*action='task%2Fimport',statement='ThingDao.insert'*/ INSERT INTO things VALUES (2, 'geheim')");
        execute(blocker, "/*action='import of ada@example.com',statement='x'*/ LOCK TABLE things -- geheim");
        start(session("service"), "/*action='Things.all',statement='ThingDao.count'*/ SELECT count(*) FROM things");

        LockWait wait = awaitOne(session("asker"));

        assertThat(wait.tag().describe()).contains("ThingDao.count of Things.all");
        assertThat(wait.lock()).isEqualTo("AccessShareLock on things");
        assertThat(wait.describe())
                .startsWith("it waited for AccessShareLock on things, blocked by pid ")
                .contains("application psql of ada, holds ")
                .contains("AccessExclusiveLock")
                .contains("idle in transaction for ")
                .contains("its transaction open for ")
                .doesNotContain("geheim")
                .doesNotContain("example.com")
                .doesNotContain("\n");
        assertThat(wait.blockers().get(0).tag())
                .as("a comment of another program")
                .isEqualTo(StatementTag.NONE);
    }

    @Test
    void aTagNamesTheLastStatementOfTheBlocker() throws Exception {
        execute(
                session("other"),
                "/*action='task%2Fimport',statement='ThingDao.insert'*/ UPDATE things SET word = 'geheim'");
        start(session("service"), "UPDATE things SET word = 'b'");

        assertThat(awaitOne(session("asker")).describe())
                .startsWith("it waited for another transaction to end, which has changed the same row, blocked by pid ")
                .contains("last statement ThingDao.insert of task/import")
                .doesNotContain("geheim");
    }

    /** A session that blocks others may wait itself, for the first one of the queue of its lock. */
    @Test
    void blockersThatDoNotWaitThemselvesAreFirst() throws Exception {
        Connection reader = session("reader");
        execute(reader, "SELECT count(*) FROM things");
        start(session("migration"), "ALTER TABLE things ADD COLUMN more int");
        start(session("service"), "/*statement='ThingDao.count'*/ SELECT count(*) FROM things");

        LockWait wait = awaitOne(session("asker"), one -> one.tag().describe().isPresent());

        assertThat(wait.blockers())
                .extracting(one -> one.application().orElseThrow())
                .containsExactly("reader", "migration");
        assertThat(wait.blockers()).extracting(Blocker::waits).containsExactly(false, true);
        assertThat(wait.more()).isZero();
    }

    /** The log line stays short if many sessions wait for one row. */
    @Test
    void threeOfManyBlockersAreNamed() throws Exception {
        execute(session("first"), "UPDATE things SET word = 'a'");
        for (int i = 0; i < 6; i++) {
            start(session("next"), "UPDATE things SET word = 'b'");
        }

        LockWait wait = awaitOne(session("asker"), one -> one.more() > 0);

        assertThat(wait.blockers()).hasSize(3);
        assertThat(wait.describe()).endsWith(" and " + wait.more() + " more");
    }

    @Test
    void aRoleThatMayNotSeeOtherSessionsGetsAHint() throws Exception {
        String role = "limited_" + UUID.randomUUID().toString().replace("-", "");
        database.jdbi().useHandle(handle -> {
            handle.execute("CREATE ROLE %s LOGIN PASSWORD 'geheim'".formatted(role));
            handle.execute("GRANT SELECT ON things TO " + role);
        });
        try {
            execute(session("secret"), "LOCK TABLE things");
            start(session("service", role, "geheim"), "/*statement='ThingDao.count'*/ SELECT count(*) FROM things");

            LockWait wait = awaitOne(session("asker", role, "geheim"));

            assertThat(wait.describe())
                    .contains("role " + database.endpoint().user(), "holds AccessExclusiveLock")
                    .contains("more is shown only to a member of pg_read_all_stats")
                    .doesNotContain("in transaction");
        } finally {
            close();
            database.jdbi().useHandle(handle -> handle.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(role)));
        }
    }
}
