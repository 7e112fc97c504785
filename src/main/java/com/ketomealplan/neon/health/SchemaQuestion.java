package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.StatementException;

/**
 * Whether a statement that failed because of the schema would fail again. EXPLAIN tells: it looks for the tables, the columns and the
 * rights, and executes nothing. So nobody has to list what a service needs.
 *
 * @param sql with placeholders
 * @param parameters how many
 */
record SchemaQuestion(String sql, int parameters) {

    enum Answer {
        FITTING,
        LACKING,
        UNKNOWN
    }

    private static final int DEEPEST = 50;

    /** What can be asked about a unit's failure. */
    static Optional<SchemaQuestion> of(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(DEEPEST)
                .filter(StatementException.class::isInstance)
                .map(cause -> ((StatementException) cause).getStatementContext())
                .filter(context -> context != null && context.getParsedSql() != null)
                .map(context -> of(context.getParsedSql()))
                .filter(question ->
                        !question.sql.contains(";")) // of several, EXPLAIN would be said of the first one only
                .findFirst();
    }

    private static SchemaQuestion of(ParsedSql parsed) {
        return new SchemaQuestion(parsed.getSql(), parsed.getParameters().getParameterCount());
    }

    /** Asks the server. If something is lacking, its transaction has failed. */
    Answer ask(Connection jdbc) throws SQLException {
        try (PreparedStatement explain = jdbc.prepareStatement("EXPLAIN " + sql)) {
            for (int number = 1; number <= parameters; number++) {
                explain.setNull(number, Types.NULL); // of the type that the statement gives it
            }
            explain.execute();
            return Answer.FITTING;
        } catch (SQLException e) {
            return Failure.of(e).kind() == FailureKind.SCHEMA_MISMATCH ? Answer.LACKING : Answer.UNKNOWN;
        }
    }
}
