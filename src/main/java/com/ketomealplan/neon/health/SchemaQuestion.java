package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.Inquiry;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.MissingRightException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.StatementException;

/**
 * Checks with EXPLAIN whether statements can be executed with the schema: it checks tables, columns and privileges, and executes nothing.
 * So a service need not list what it needs.
 *
 * @param statements at least one
 */
record SchemaQuestion(List<Text> statements) {

    enum Verdict {
        /** At least one statement can be executed. */
        FITTING,
        LACKING,
        UNKNOWN
    }

    /**
     * The result of the check.
     *
     * @param failure the failure if {@link Verdict#LACKING}
     */
    record Answer(Verdict verdict, Optional<Failure> failure) {}

    private static final int DEEPEST = 50;

    /** Where there may be tables that the session's statements do not find by themselves. */
    private static final String OTHER_SCHEMAS = """
            SELECT nspname FROM pg_catalog.pg_namespace AS schema
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspname <> ALL (current_schemas(false))
              AND has_schema_privilege(schema.oid, 'USAGE')
              AND EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = schema.oid AND relkind IN ('r', 'p', 'v'))
            ORDER BY 1 LIMIT 5
            """;

    /**
     * A statement.
     *
     * @param sql the SQL with placeholders
     * @param parameters the number of placeholders
     */
    record Text(String sql, int parameters) {

        /** Returns the statement; empty for several ones, of which EXPLAIN would check only the first. */
        static Optional<Text> of(ParsedSql parsed) {
            return Optional.of(new Text(parsed.getSql(), parsed.getParameters().getParameterCount()))
                    .filter(text -> !text.sql.contains(";"));
        }

        /** Executes EXPLAIN. If it fails, so has the transaction. */
        private Answer explain(Connection jdbc) throws SQLException {
            try (PreparedStatement explain = jdbc.prepareStatement("EXPLAIN " + sql)) {
                for (int number = 1; number <= parameters; number++) {
                    explain.setNull(number, Types.NULL); // the type is inferred from the statement
                }
                explain.execute();
                return new Answer(Verdict.FITTING, Optional.empty());
            } catch (SQLException e) {
                Failure failure = Failure.of(
                        MissingRightException.of(e, sql, jdbc.getMetaData().getUserName())
                                .<Exception>map(missing -> missing)
                                .orElse(e));
                return failure.kind() == FailureKind.SCHEMA_MISMATCH
                        ? new Answer(Verdict.LACKING, Optional.of(failure))
                        : new Answer(Verdict.UNKNOWN, Optional.empty());
            }
        }
    }

    /** Returns the check of a failed unit's statement, if there is one. */
    static Optional<SchemaQuestion> of(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(DEEPEST)
                .filter(StatementException.class::isInstance)
                .map(cause -> ((StatementException) cause).getStatementContext())
                .filter(context -> context != null && context.getParsedSql() != null)
                .flatMap(context -> Text.of(context.getParsedSql()).stream())
                .map(text -> new SchemaQuestion(List.of(text)))
                .findFirst();
    }

    /**
     * Checks the statements, until one of them can be executed. Blocks.
     *
     * @param atMost the time limit of each statement
     */
    Answer ask(PhysicalConnection connection, Duration atMost) throws SQLException {
        return ask(connection, atMost, jdbc -> {});
    }

    /**
     * Asks in which schema that is not in the session's {@code search_path} one of them can be executed: units of work may set it
     * themselves.
     *
     * @param atMost how long it may take for each
     */
    Optional<String> schemaThatFits(PhysicalConnection connection, Duration atMost) throws SQLException {
        List<String> schemas = new ArrayList<>();
        Inquiry.on(connection, atMost, jdbc -> {
            try (Statement statement = jdbc.createStatement();
                    ResultSet row = statement.executeQuery(OTHER_SCHEMAS)) {
                while (row.next()) {
                    schemas.add(row.getString(1));
                }
            }
        });
        for (String schema : schemas) {
            if (ask(connection, atMost, jdbc -> search(jdbc, schema)).verdict() == Verdict.FITTING) {
                return Optional.of(schema);
            }
        }
        return Optional.empty();
    }

    private static void search(Connection jdbc, String schema) throws SQLException {
        try (PreparedStatement path = jdbc.prepareStatement("SELECT set_config('search_path', quote_ident(?), true)")) {
            path.setString(1, schema);
            path.execute();
        }
    }

    private Answer ask(PhysicalConnection connection, Duration atMost, Inquiry.Questioner before) throws SQLException {
        Answer all = new Answer(Verdict.UNKNOWN, Optional.empty()); // as of those that EXPLAIN takes none of
        for (Text text : statements) {
            AtomicReference<Answer> found = new AtomicReference<>();
            Inquiry.on(connection, atMost, jdbc -> {
                before.ask(jdbc);
                found.set(text.explain(jdbc));
            });
            switch (found.get().verdict()) {
                case FITTING -> {
                    return found.get();
                }
                case LACKING -> all = found.get();
                default -> {
                    // says nothing about the others
                }
            }
        }
        return all;
    }
}
