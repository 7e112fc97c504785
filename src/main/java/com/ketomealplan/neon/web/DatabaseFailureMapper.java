package com.ketomealplan.neon.web;

import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.Failure.Outcome;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.FailureLog;
import com.ketomealplan.neon.failure.HasFailureStage;
import com.ketomealplan.neon.transaction.UnitOfWork;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.LoggerFactory;

/**
 * Maps the failure of a unit of work to a problem response without internals, and logs all of it.
 *
 * @param <E> an exception type that a unit of work throws; Jersey picks a mapper by its type argument
 */
public abstract sealed class DatabaseFailureMapper<E extends Exception> implements ExceptionMapper<E> {

    private static final FailureLog LOG =
            new FailureLog(LoggerFactory.getLogger(DatabaseFailureMapper.class), System::nanoTime);

    private static final String OUTCOME_UNKNOWN =
            "The connection to the database was lost while the request was being stored, and it is unknown whether it is"
                    + " stored. Repeat it with the same Idempotency-Key; without one it may act twice.";

    /** Added to failures after which a client may think that the request was stored. */
    private static final String NOTHING_STORED = " Nothing of the request is stored.";

    @Context
    private ResourceInfo resource;

    private final Consumer<Failure> listener;

    private DatabaseFailureMapper(Consumer<Failure> listener) {
        this.listener = listener;
    }

    @Override
    public Response toResponse(E exception) {
        Failure failure = Failure.of(exception);
        listener.accept(failure);
        LOG.write(failure, exception);
        Response answer = problem(failure).toResponse();
        return Failure.find(exception, HasFailureStage.class)
                .flatMap(HasFailureStage::retryAfter)
                .or(failure.kind()::retryAfter)
                .map(wait -> Response.fromResponse(answer)
                        .header(
                                HttpHeaders.RETRY_AFTER,
                                Math.max(1, wait.plusMillis(999).toSeconds()))
                        .build())
                .orElse(answer);
    }

    private Problem problem(Failure failure) {
        if (failure.outcome() == Outcome.UNKNOWN) {
            return Problem.of(503, OUTCOME_UNKNOWN)
                    .ofType("commit-outcome-unknown")
                    .retryable(false);
        }
        FailureKind kind = failure.kind();
        Optional<UnitOfWork.Options> unit = unit();
        boolean undone = kind.httpStatus() >= 500
                && failure.outcome() == Outcome.ROLLED_BACK
                && unit.filter(options -> !options.readOnly()).isPresent();
        Problem problem = Problem.of(kind.httpStatus(), kind.explanation() + (undone ? NOTHING_STORED : ""));
        Problem typed = kind.problemType().map(problem::ofType).orElse(problem);
        // Without a unit around all of it, an earlier part of the request may be stored
        return typed.retryable(kind.isRetryableByClient() && (unit.isPresent() || isReadOnly()));
    }

    private boolean isReadOnly() {
        return resource != null
                && resource.getResourceMethod() != null
                && resource.getResourceMethod().isAnnotationPresent(GET.class);
    }

    /** Returns the options of the unit of work that the resource method is; empty if it is none. */
    private Optional<UnitOfWork.Options> unit() {
        return Optional.ofNullable(resource)
                .filter(found -> found.getResourceMethod() != null)
                .flatMap(found -> UnitOfWork.Options.of(found.getResourceMethod(), found.getResourceClass()));
    }

    /** Maps JDBI's exceptions. */
    public static final class OfJdbi extends DatabaseFailureMapper<JdbiException> {
        /**
         * @param listener is called for each failure
         */
        public OfJdbi(Consumer<Failure> listener) {
            super(listener);
        }
    }

    /** Maps JDBC's exceptions. */
    public static final class OfSql extends DatabaseFailureMapper<SQLException> {
        /**
         * @param listener is called for each failure
         */
        public OfSql(Consumer<Failure> listener) {
            super(listener);
        }
    }
}
