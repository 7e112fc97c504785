package com.ketomealplan.neon.health;

import com.ketomealplan.neon.connect.Inquiry;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.StatementException;

/**
 * Whether none of some statements can be executed because of the schema. EXPLAIN tells: it looks for the tables, the columns and the
 * rights, and executes nothing. So nobody has to list what a service needs.
 *
 * @param statements at least one
 */
record SchemaQuestion(List<Text> statements) {

    enum Verdict {
        /** One of them can be executed. */
        FITTING,
        LACKING,
        UNKNOWN
    }

    /**
     * What was answered.
     *
     * @param failure why they cannot be executed, if they are {@link Verdict#LACKING}
     */
    record Answer(Verdict verdict, Optional<Failure> failure) {}

    private static final int DEEPEST = 50;

    /**
     * A statement.
     *
     * @param sql with placeholders
     * @param parameters how many
     */
    record Text(String sql, int parameters) {

        /** Of several statements EXPLAIN would be said of the first one only. */
        static Optional<Text> of(ParsedSql parsed) {
            return Optional.of(new Text(parsed.getSql(), parsed.getParameters().getParameterCount()))
                    .filter(text -> !text.sql.contains(";"));
        }

        /** Asks the server. If something is lacking, its transaction has failed. */
        private Answer explain(Connection jdbc) throws SQLException {
            try (PreparedStatement explain = jdbc.prepareStatement("EXPLAIN " + sql)) {
                for (int number = 1; number <= parameters; number++) {
                    explain.setNull(number, Types.NULL); // of the type that the statement gives it
                }
                explain.execute();
                return new Answer(Verdict.FITTING, Optional.empty());
            } catch (SQLException e) {
                Failure failure = Failure.of(e);
                return failure.kind() == FailureKind.SCHEMA_MISMATCH
                        ? new Answer(Verdict.LACKING, Optional.of(failure))
                        : new Answer(Verdict.UNKNOWN, Optional.empty());
            }
        }
    }

    /** What can be asked about a unit's failure. */
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
     * Asks the server, until one of them can be executed.
     *
     * @param atMost how long it may take for each
     */
    Answer ask(PhysicalConnection connection, Duration atMost) throws SQLException {
        Answer all = new Answer(Verdict.UNKNOWN, Optional.empty()); // as of those that EXPLAIN takes none of
        for (Text text : statements) {
            AtomicReference<Answer> found = new AtomicReference<>();
            Inquiry.on(connection, atMost, jdbc -> found.set(text.explain(jdbc)));
            switch (found.get().verdict()) {
                case FITTING -> {
                    return found.get();
                }
                case LACKING -> all = found.get();
                default -> {
                    // it says nothing of the others
                }
            }
        }
        return all;
    }
}
