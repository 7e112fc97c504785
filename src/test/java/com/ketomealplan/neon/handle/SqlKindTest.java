package com.ketomealplan.neon.handle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kind of a statement, by its SQL: what it needs of its transaction, and what it may have stored. */
class SqlKindTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "select id from users where id = ?",
                "  \n\tSELECT id FROM users LIMIT 1",
                "/* of a /* resource */ SELECT 1",
                "-- a comment\nSELECT 1",
                "(SELECT 1) UNION (SELECT 2)",
                "VALUES (1), (2)",
                "TABLE users",
                "SELECT 1;",
                "SELECT format('x')",
            })
    void aPlainQueryNeedsNoTransaction(String sql) {
        assertThat(SqlKind.of(sql)).isEqualTo(SqlKind.PLAIN_QUERY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT id FROM users FOR UPDATE",
                "SELECT id FROM users\nfor share",
                "SELECT 1; SELECT 2",
                "SELECT 1 INTO TEMP t",
                "SELECT pg_advisory_xact_lock(1)",
                "SELECT pg_current_xact_id()",
                "SELECT txid_current()",
                "SELECT set_config('a.b', '1', true)",
                "SELECT nextval('s')",
                "SELECT setval('s', 1)",
                "SELECT lo_create(0)",
                "SELECT dblink_exec('x')",
                "INSERT INTO users VALUES (1)",
                "update users set email = ''",
                "DELETE FROM users",
                "MERGE INTO users USING x ON true",
                "WITH gone AS (DELETE FROM users RETURNING id) SELECT id FROM gone",
            })
    void aStatementThatWritesOrHasOtherEffectsNeedsATransaction(String sql) {
        assertThat(SqlKind.of(sql)).isEqualTo(SqlKind.DATA);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                "SHOW search_path",
                "LOCK TABLE users",
                "RESET ALL",
                "LISTEN news",
                "SAVEPOINT a"
            })
    void aUtilityStatementTakesNoSnapshot(String sql) {
        assertThat(SqlKind.of(sql)).isEqualTo(SqlKind.UTILITY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"COMMIT", "commit and chain", "END", "ROLLBACK", "ABORT", "PREPARE TRANSACTION 'x'", "BEGIN"})
    void aStatementThatMayEndTheTransactionIsDetected(String sql) {
        assertThat(SqlKind.of(sql)).isEqualTo(SqlKind.TRANSACTION_END);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "VACUUM",
                "CREATE TABLE t (i int)",
                "DO $$ BEGIN END $$",
                "CALL p()",
                "SET a = 1; DELETE FROM t"
            })
    void anyOtherStatementMayDoAnything(String sql) {
        assertThat(SqlKind.of(sql)).isEqualTo(SqlKind.OTHER);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theCachedKindIsTheSame(int time) {
        assertThat(SqlKind.of("SELECT 'again'")).isEqualTo(SqlKind.PLAIN_QUERY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT id FROM users WHERE id = ?",
                "SELECT count(*), max(id) FROM users WHERE id IN (1, 2) AND NOT (id = 3)",
                "/* write() */ SELECT COALESCE(name, '-') FROM users u JOIN things USING (id)",
                "(SELECT 1) UNION (SELECT 2)",
                "VALUES (1), (2)",
                "TABLE users",
                "SHOW timezone",
                "SET search_path = a",
                "BEGIN",
                "ROLLBACK",
            })
    void aQueryThatCallsNothingUnknownHasStoredNothing(String sql) {
        assertThat(SqlKind.mayWrite(sql)).isFalse();
        assertThat(SqlKind.mayCommit(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "INSERT INTO users VALUES (1)",
                "WITH one AS (SELECT 1) SELECT * FROM one",
                "SELECT write()",
                "SELECT own.count(*)",
                "SELECT own . count (*)",
                "SELECT \"count\"(1)",
                "SELECT write/* */(1)",
                "SELECT write--\n(1)",
                "SELECT \u00fccount(1)",
                "SELECT * FROM write(1)",
                "SELECT nextval('s')",
                "SELECT id FROM users FOR UPDATE",
                "SELECT 1; DELETE FROM users",
                "SET a.b = '1'; DELETE FROM users",
                "BEGIN; DELETE FROM users; COMMIT",
                "CALL write()",
                "DO 'x'",
                "TRUNCATE users",
                "VACUUM",
            })
    void aStatementOfUnknownEffectMayHaveStoredSomething(String sql) {
        assertThat(SqlKind.mayWrite(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "/* of a resource */ commit and chain",
                "END",
                "PREPARE TRANSACTION 'a'",
                "COMMIT PREPARED 'a'",
                "INSERT INTO users VALUES (1); COMMIT",
                "INSERT INTO users VALUES (1);\nend",
            })
    void aStatementThatCommitsMayHaveCommitted(String sql) {
        assertThat(SqlKind.mayCommit(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INSERT INTO users VALUES (1)", "SELECT write()", "SAVEPOINT a", "ROLLBACK; BEGIN", ""})
    void aStatementThatDoesNotCommitIsRolledBackWithItsTransaction(String sql) {
        assertThat(SqlKind.mayCommit(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT; INSERT INTO a VALUES (1)",
                "INSERT INTO a VALUES (1);\n commit ;\n INSERT INTO a VALUES (2)",
                "ROLLBACK; BEGIN",
                "END;SELECT 1"
            })
    void knowsWhatFollowsTheEndOfATransaction(String sql) {
        assertThat(SqlKind.goesOnAfterEnd(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "COMMIT; ",
                "INSERT INTO a VALUES (1); SELECT 2",
                "INSERT INTO a VALUES (1); COMMIT",
                "SELECT 'x', commit FROM a; SELECT 2"
            })
    void nothingFollowsTheEndOfATransactionOtherwise(String sql) {
        assertThat(SqlKind.goesOnAfterEnd(sql)).isFalse();
    }
}
