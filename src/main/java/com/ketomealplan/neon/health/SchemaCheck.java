package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.BoundedQueries;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.MissingPrivilegeException;
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
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.StatementException;

/**
 * A check whether statements can be executed with the schema. It uses EXPLAIN, which checks tables, columns and privileges, and executes
 * nothing, so that a service need not list what it needs.
 *
 * @param statements at least one
 */
record SchemaCheck(List<Text> statements) {

    enum Outcome {
        /** At least one statement can be executed. */
        FITS,
        /** The schema lacks a table, a column or a privilege. */
        MISMATCH,
        /** EXPLAIN could not be executed, for another reason. */
        UNKNOWN
    }

    /**
     * The result of the check.
     *
     * @param failure the failure if {@link Outcome#MISMATCH}
     */
    record Result(Outcome outcome, Optional<Failure> failure) {}

    /** Selects the schemas with tables that are not in the search_path. */
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
        private Result explain(Connection jdbc) throws SQLException {
            try (PreparedStatement explain = jdbc.prepareStatement("EXPLAIN " + sql)) {
                for (int number = 1; number <= parameters; number++) {
                    explain.setNull(number, Types.NULL); // the type is inferred from the statement
                }
                explain.execute();
                return new Result(Outcome.FITS, Optional.empty());
            } catch (SQLException e) {
                Failure failure = Failure.of(
                        MissingPrivilegeException.of(e, sql, jdbc.getMetaData().getUserName())
                                .<Exception>map(missing -> missing)
                                .orElse(e));
                return failure.kind() == FailureKind.SCHEMA_MISMATCH
                        ? new Result(Outcome.MISMATCH, Optional.of(failure))
                        : new Result(Outcome.UNKNOWN, Optional.empty());
            }
        }
    }

    /** Returns the check of a failed unit's statement, if there is one. */
    static Optional<SchemaCheck> of(Throwable failure) {
        return Failure.causes(failure)
                .filter(StatementException.class::isInstance)
                .map(cause -> ((StatementException) cause).getStatementContext())
                .filter(context -> context != null && context.getParsedSql() != null)
                .flatMap(context -> Text.of(context.getParsedSql()).stream())
                .map(text -> new SchemaCheck(List.of(text)))
                .findFirst();
    }

    /**
     * Checks the statements, until one of them can be executed. Blocks.
     *
     * @param timeout the time limit of each statement
     */
    Result run(PhysicalConnection connection, Duration timeout) throws SQLException {
        return run(connection, timeout, jdbc -> {});
    }

    /**
     * Returns a schema outside of the session's {@code search_path} with which one of the statements can be executed, because units of work
     * may set it. Blocks.
     *
     * @param timeout the time limit of each statement
     */
    Optional<String> findSchema(PhysicalConnection connection, Duration timeout) throws SQLException {
        List<String> schemas = new ArrayList<>();
        BoundedQueries.run(connection, timeout, jdbc -> {
            try (Statement statement = jdbc.createStatement();
                    ResultSet row = statement.executeQuery(OTHER_SCHEMAS)) {
                while (row.next()) {
                    schemas.add(row.getString(1));
                }
            }
        });
        for (String schema : schemas) {
            if (run(connection, timeout, jdbc -> setSearchPath(jdbc, schema)).outcome() == Outcome.FITS) {
                return Optional.of(schema);
            }
        }
        return Optional.empty();
    }

    private static void setSearchPath(Connection jdbc, String schema) throws SQLException {
        try (PreparedStatement path = jdbc.prepareStatement("SELECT set_config('search_path', quote_ident(?), true)")) {
            path.setString(1, schema);
            path.execute();
        }
    }

    private Result run(PhysicalConnection connection, Duration timeout, BoundedQueries.Queries prepare)
            throws SQLException {
        Result result = new Result(Outcome.UNKNOWN, Optional.empty()); // also if EXPLAIN supports none of them
        for (Text text : statements) {
            AtomicReference<Result> found = new AtomicReference<>();
            BoundedQueries.run(connection, timeout, jdbc -> {
                prepare.execute(jdbc);
                found.set(text.explain(jdbc));
            });
            switch (found.get().outcome()) {
                case FITS -> {
                    return found.get();
                }
                case MISMATCH -> result = found.get();
                default -> {
                    // try the next one
                }
            }
        }
        return result;
    }
}
