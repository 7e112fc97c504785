package com.ketomealplan.neon.failure;

import com.ketomealplan.neon.failure.FailureRules.Verdict;
import com.ketomealplan.neon.pool.PoolTimeoutException;
import com.ketomealplan.neon.transaction.CommitFailedException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;

/**
 * A failure of the database or of the way to it.
 *
 * @param kind what kind of failure it is
 * @param outcome what became of the unit of work
 * @param sqlState the server's or the driver's code, if there is one
 * @param cause the whole story in one line, with what to do if that is known: for logs and operators, never for a client
 */
public record Failure(FailureKind kind, Outcome outcome, Optional<String> sqlState, String cause) {

    /** What became of the unit of work that failed. */
    public enum Outcome {
        /** There was no connection: nothing was sent. */
        NOT_SENT,
        /** Nothing of it is stored. */
        ROLLED_BACK,
        /** The connection was lost on COMMIT: it may be stored. */
        UNKNOWN
    }

    /** Classifies an exception by the first {@link SQLException} among its causes. */
    public static Failure of(Throwable throwable) {
        Optional<SQLException> found = find(throwable, SQLException.class);
        if (found.isEmpty()) {
            return new Failure(FailureKind.PROGRAM, Outcome.ROLLED_BACK, Optional.empty(), message(throwable));
        }
        SQLException sql = found.get();
        Verdict verdict = judge(throwable, sql);
        Optional<String> sqlState = Optional.ofNullable(sql.getSQLState());
        String cause = message(sql)
                + sqlState.map(state -> " (" + state + ")").orElse("")
                + rootOf(sql)
                + verdict.advice().map(advice -> "; " + advice).orElse("");
        return new Failure(verdict.kind(), outcome(throwable, verdict.kind()), sqlState, cause);
    }

    private static Verdict judge(Throwable throwable, SQLException sql) {
        String sqlState = Optional.ofNullable(sql.getSQLState()).orElse("");
        if (find(throwable, PoolTimeoutException.class).isPresent()) {
            return new Verdict(FailureKind.POOL_EXHAUSTED, Optional.empty());
        }
        if (find(throwable, GeneralSecurityException.class)
                .isPresent()) { // beneath the SSLException, if verification failed
            return FailureRules.UNTRUSTED;
        }
        return find(throwable, ConnectionException.class).isPresent()
                ? FailureRules.judgeConnecting(sqlState, message(sql))
                : FailureRules.judge(sqlState, message(sql));
    }

    private static Outcome outcome(Throwable throwable, FailureKind kind) {
        if (find(throwable, ConnectionException.class).isPresent()
                || find(throwable, PoolTimeoutException.class).isPresent()) {
            return Outcome.NOT_SENT;
        }
        boolean onCommit = find(throwable, CommitFailedException.class).isPresent();
        return onCommit && kind.mayLoseConnection() ? Outcome.UNKNOWN : Outcome.ROLLED_BACK;
    }

    /** The driver says "the attempt failed" and hides the reason in its cause. */
    private static String rootOf(SQLException exception) {
        Throwable root = exception;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == exception ? "" : ": " + root.getClass().getSimpleName() + ": " + message(root);
    }

    private static String message(Throwable throwable) {
        return Optional.ofNullable(throwable.getMessage())
                .map(text -> text.replaceAll("\\s+", " ").strip())
                .orElseGet(() -> throwable.getClass().getSimpleName().toLowerCase(Locale.ROOT));
    }

    private static <T extends Throwable> Optional<T> find(Throwable throwable, Class<T> type) {
        Throwable current = throwable;
        for (int depth = 0; current != null && depth < 50; depth++) {
            if (type.isInstance(current)) {
                return Optional.of(type.cast(current));
            }
            current = current.getCause();
        }
        return Optional.empty();
    }
}
