package com.ketomealplan.neon.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.junit.jupiter.api.Test;

/** What the observer of statements passes on to its listeners. */
class StatementObserverTest {

    private final List<String> observed = new CopyOnWriteArrayList<>();
    private final StatementObserver observer = new StatementObserver(
            Duration.ofHours(1),
            SqlLogger.NOP_SQL_LOGGER,
            List.of((name, sql, time, failure) -> observed.add(name + ": " + sql)));
    private final Jdbi jdbi = TestDatabase.empty().jdbi();

    /** From the SQL a listener derives whether something was stored. */
    @Test
    void aListenerGetsTheSqlOfEachExecutionAndNotTheFirstOfItsName() {
        SqlStatements statements = jdbi.getConfig(SqlStatements.class);
        statements.setSqlLogger(observer);
        statements.setTemplateEngine(new StatementComments(statements.getTemplateEngine()));

        jdbi.useHandle(handle -> {
            handle.execute("CREATE TEMP TABLE a (b int)");
            handle.createQuery("WITH c AS (SELECT 1)\n SELECT * FROM c")
                    .mapToMap()
                    .list();
            handle.createUpdate("WITH c AS (SELECT 1)\n INSERT INTO a SELECT * FROM c")
                    .execute();
            handle.createQuery("WITH c AS (SELECT 1)\n SELECT * FROM c")
                    .mapToMap()
                    .list();
        });

        assertThat(observed)
                .containsExactly(
                        "other: CREATE TEMP TABLE a (b int)",
                        "WITH: WITH c AS (SELECT 1) SELECT * FROM c",
                        "WITH: WITH c AS (SELECT 1) INSERT INTO a SELECT * FROM c",
                        "WITH: WITH c AS (SELECT 1) SELECT * FROM c");
        assertThat(observer.worst()).anySatisfy(known -> {
            assertThat(known.statement()).isEqualTo("WITH");
            assertThat(known.sql()).isEqualTo("WITH c AS (SELECT 1) SELECT * FROM c");
            assertThat(known.count()).isEqualTo(3);
        });
    }
}
