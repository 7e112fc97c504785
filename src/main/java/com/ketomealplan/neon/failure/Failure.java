package com.ketomealplan.neon.failure;

import com.ketomealplan.neon.failure.FailureRules.Classification;
import com.ketomealplan.neon.failure.HasFailureStage.Stage;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.ConnectionException;
import org.postgresql.util.PSQLException;

/**
 * A failure of the database or of a connection to it.
 *
 * @param kind the kind of the failure
 * @param outcome the outcome of the unit of work
 * @param sqlState the SQLSTATE of the server or the driver, if any
 * @param cause the cause and the remedy in one line, without values: for logs and operators, not for clients
 */
public record Failure(FailureKind kind, Outcome outcome, Optional<String> sqlState, String cause) {

    private static final int DEEPEST = 50;

    /** The server's function that checks written rows against views and policies. */
    private static final String CHECKS_OF_ROWS = "ExecWithCheckOptions";

    private static final String CHECK_OPTION_VIOLATED = "44000";

    /** The outcome of a failed unit of work. */
    public enum Outcome {
        /** There was no connection: nothing was sent. */
        NOT_SENT,
        /** Nothing of it is stored. */
        ROLLED_BACK,
        /** The connection was lost on COMMIT, or on a statement in auto-commit, and the commit outcome is unknown: it may be stored. */
        UNKNOWN
    }

    /** Classifies an exception by the first {@link SQLException} among its causes. */
    public static Failure of(Throwable throwable) {
        return of(throwable, stage(throwable));
    }

    /** Classifies a failure to open a connection. */
    public static Failure toOpen(SQLException reason) {
        return of(reason, Stage.OPENING);
    }

    private static Failure of(Throwable throwable, Stage stage) {
        Optional<SQLException> found = find(throwable, SQLException.class);
        if (found.isEmpty()) {
            String cause = throwable.getClass().getSimpleName() + ": " + Wording.of(throwable);
            return new Failure(FailureKind.PROGRAM, outcome(stage), Optional.empty(), cause);
        }
        SQLException sql = found.get();
        Optional<String> sqlState = Optional.ofNullable(sql.getSQLState()).map(Wording::inOneLine);
        Optional<HasFailureStage> staged = find(throwable, HasFailureStage.class);
        Optional<FailureKind> known = staged.flatMap(HasFailureStage::kind);
        if (known.isPresent()) {
            return new Failure(known.get(), outcome(stage), sqlState, Wording.inFull((Throwable) staged.get()));
        }
        Classification classification = classify(throwable, stage, sql);
        String cause = message(sql, stage)
                + sqlState.map(state -> " (" + state + ")").orElse("")
                + rootOf(sql, stage)
                + classification.advice().map(advice -> "; " + advice).orElse("");
        return new Failure(classification.kind(), outcome(stage), sqlState, cause);
    }

    private static Stage stage(Throwable throwable) {
        return find(throwable, HasFailureStage.class)
                .map(HasFailureStage::stage)
                .orElseGet(
                        () -> find(throwable, ConnectionException.class).isPresent() ? Stage.OPENING : Stage.WORKING);
    }

    private static Classification classify(Throwable throwable, Stage stage, SQLException sql) {
        String sqlState = Optional.ofNullable(sql.getSQLState()).orElse("");
        if (stage != Stage.OPENING) {
            return FailureRules.classify(isRowRefused(sql) ? CHECK_OPTION_VIOLATED : sqlState, Wording.inFull(sql));
        }
        return CertificateRules.classify(throwable)
                .orElseGet(() -> FailureRules.classifyConnecting(sqlState, Wording.inFull(sql)));
    }

    /**
     * Returns whether the check of a row-level security policy refuses a row. The server reports that by the SQLSTATE of a missing privilege
     * (src/backend/executor/execMain.c), though it depends on the row. The function's name is in no language.
     */
    private static boolean isRowRefused(SQLException sql) {
        return sql instanceof PSQLException server
                && server.getServerErrorMessage() != null
                && CHECKS_OF_ROWS.equals(server.getServerErrorMessage().getRoutine());
    }

    private static Outcome outcome(Stage stage) {
        return switch (stage) {
            case OPENING -> Outcome.NOT_SENT;
            case WORKING -> Outcome.ROLLED_BACK;
            case COMMITTING -> Outcome.UNKNOWN;
        };
    }

    /** Returns the message of the root cause, which the driver hides behind "the attempt failed". */
    private static String rootOf(SQLException exception, Stage stage) {
        Throwable root = exception;
        for (int depth = 0; root.getCause() != null && depth < DEEPEST; depth++) { // causes may be a circle
            root = root.getCause();
        }
        return root == exception ? "" : ": " + root.getClass().getSimpleName() + ": " + message(root, stage);
    }

    private static String message(Throwable throwable, Stage stage) {
        return stage == Stage.OPENING ? Wording.inFull(throwable) : Wording.of(throwable);
    }

    /** Returns an exception and its causes, the outermost first; not more than 50, because they may be a circle. */
    public static Stream<Throwable> causes(Throwable throwable) {
        return Stream.iterate(throwable, cause -> cause != null, Throwable::getCause)
                .limit(DEEPEST);
    }

    /** Returns the first exception of a type among an exception and its causes. */
    public static <T> Optional<T> find(Throwable throwable, Class<T> type) {
        return causes(throwable).filter(type::isInstance).<T>map(type::cast).findFirst();
    }
}
