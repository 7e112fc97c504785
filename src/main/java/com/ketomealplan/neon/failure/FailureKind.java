package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.Optional;

/** The kinds of failures, with their HTTP status, problem type and explanation. */
public enum FailureKind {
    /** No connection, or it was lost: the server is gone, stopping, or not reachable. */
    UNAVAILABLE(
            503,
            "database-unavailable",
            "The database cannot be reached at the moment. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The server is reachable and not ready: a starting Neon compute, a recovering PostgreSQL. */
    WAKING(503, "database-starting", "The database is starting. Try again shortly.", Duration.ofSeconds(1)),

    /** The server limits connection attempts; an immediate retry makes it worse. */
    THROTTLED(
            503,
            "database-throttled",
            "The database limits connection attempts at the moment. Try again shortly.",
            Duration.ofSeconds(2)),

    /** The connection limit of the server, or of a pooler, is reached. */
    TOO_MANY_CONNECTIONS(
            503,
            "database-full",
            "The database takes no further connections at the moment. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The server has no memory, locks or open files left for a statement or a connection; an immediate retry makes it worse. */
    OUT_OF_RESOURCES(
            503,
            "database-out-of-resources",
            "The database has run out of memory or of another resource. Try again shortly.",
            Duration.ofSeconds(1)),

    /** All connections of this process's pool are in use. */
    POOL_EXHAUSTED(
            503,
            "service-busy",
            "The service is busy: no database connection came free in time. Try again shortly.",
            Duration.ofSeconds(1)),

    /** A limit of the Neon plan is reached, until its owner acts or the next period begins. */
    QUOTA(
            503,
            "database-quota-exceeded",
            "The service's database has reached a limit of its plan. Its operator has to act.",
            null),

    /** The log-in was refused. */
    AUTHENTICATION(
            503, "database-misconfigured", "The service cannot log in to its database. Its operator has to act.", null),

    /** The configured database, network or certificate does not exist or is not allowed. */
    MISCONFIGURED(
            503,
            "database-misconfigured",
            "The service's database is not set up correctly. Its operator has to act.",
            null),

    /** A statement uses a table, a column, a schema or a function that does not exist, or that the role may not use. */
    SCHEMA_MISMATCH(
            503,
            "database-schema-mismatch",
            "The service's database lacks a table, a column or a privilege. Its operator has to act: apply the"
                    + " migrations (db migrate), or grant the privilege.",
            null),

    /** Serialization failure, deadlock, or a lock that was not had in time; a retry may succeed. */
    CONFLICT(503, "transaction-conflict", "The request collided with another one. Repeat it.", Duration.ZERO),

    /** A constraint is violated. */
    CONSTRAINT(409, null, "The request conflicts with what is stored already.", null),

    /** The server cannot store a value. */
    INVALID_DATA(422, null, "The request has a value that cannot be stored.", null),

    /** A statement was cancelled because it took too long. */
    TIMEOUT(504, "deadline-exceeded", "The database did not answer in time.", null),

    /** The server refuses writes: a replica, or a read-only session. */
    READ_ONLY(503, "database-read-only", "The database takes no writes at the moment.", Duration.ofSeconds(5)),

    /** The server's storage does not answer; the connection is usable. */
    STORAGE(
            503,
            "database-storage-unavailable",
            "The database's storage did not answer. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The server's disk is full. */
    STORAGE_FULL(507, "database-storage-full", "The database has no room left. Its operator has to act.", null),

    /** A prepared statement is gone or outdated; preparing it again helps. */
    STALE_STATEMENT(503, "database-changed", "The database changed while the request ran. Repeat it.", Duration.ZERO),

    /** A programming error in a statement or its use. */
    PROGRAM(500, null, "The request could not be processed. The error has been logged.", null);

    private final int httpStatus;
    private final String problemType;
    private final String explanation;
    private final Duration retryAfter;

    FailureKind(int httpStatus, String problemType, String explanation, Duration retryAfter) {
        this.httpStatus = httpStatus;
        this.problemType = problemType;
        this.explanation = explanation;
        this.retryAfter = retryAfter;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Returns the last part of {@code urn:problem-type:…}, which clients may compare; empty if the status suffices. */
    public Optional<String> problemType() {
        return Optional.ofNullable(problemType);
    }

    /** Returns an explanation for clients. */
    public String explanation() {
        return explanation;
    }

    /** Returns the time after which a retry may succeed; empty if waiting does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Returns whether a client may retry: the same request may succeed later without an intervention. */
    public boolean isRetryableByClient() {
        return retryAfter != null || this == TIMEOUT;
    }

    /**
     * Returns whether it ends without an operator, so that another attempt to open a connection may succeed.
     */
    public boolean isTransient() {
        return this != QUOTA && this != AUTHENTICATION && this != MISCONFIGURED && this != SCHEMA_MISMATCH;
    }

    /** Returns whether the same work may succeed at once on another connection: one was lost, or transactions collided. */
    public boolean isRetryableImmediately() {
        return this == UNAVAILABLE || this == WAKING || this == CONFLICT || this == STALE_STATEMENT || this == STORAGE;
    }

    /** Returns whether the server limits connection attempts, or should have fewer of them. */
    public boolean isThrottling() {
        return this == THROTTLED || this == TOO_MANY_CONNECTIONS || this == OUT_OF_RESOURCES;
    }
}
