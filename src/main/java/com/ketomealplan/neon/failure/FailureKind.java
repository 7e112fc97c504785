package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.Optional;

/** The kinds of failures, with what HTTP says of each. */
public enum FailureKind {
    /** No connection, or it was lost: the server is gone, stopping, or not to be reached. */
    UNAVAILABLE(
            503,
            "database-unavailable",
            "The database cannot be reached at the moment. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The server is there and not ready yet: a Neon compute that starts, a PostgreSQL that recovers. */
    WAKING(503, "database-starting", "The database is starting. Try again shortly.", Duration.ofSeconds(1)),

    /** Too many attempts to connect; trying at once again makes it worse. */
    THROTTLED(
            503,
            "database-throttled",
            "The database limits connection attempts at the moment. Try again shortly.",
            Duration.ofSeconds(2)),

    /** The server, or a pooler before it, has no connection to give. */
    TOO_MANY_CONNECTIONS(
            503,
            "database-full",
            "The database takes no further connections at the moment. Try again shortly.",
            Duration.ofSeconds(1)),

    /** All connections of this process's pool are in use. */
    POOL_EXHAUSTED(
            503,
            "service-busy",
            "The service is busy: no database connection came free in time. Try again shortly.",
            Duration.ofSeconds(1)),

    /** A limit of the Neon plan is reached; only its owner or the next period helps. */
    QUOTA(
            503,
            "database-quota-exceeded",
            "The service's database has reached a limit of its plan. Its operator has to act.",
            null),

    /** The log-in was refused. */
    AUTHENTICATION(
            503, "database-misconfigured", "The service cannot log in to its database. Its operator has to act.", null),

    /** What the configuration asks for is not there or not allowed: a database, a network, a certificate. */
    MISCONFIGURED(
            503,
            "database-misconfigured",
            "The service's database is not set up correctly. Its operator has to act.",
            null),

    /** What a statement names is not there, or the role may not use it: a table, a column, a schema, a right. */
    SCHEMA_MISMATCH(
            503,
            "database-schema-mismatch",
            "The service's database lacks a table, a column or a right. Its operator has to act: apply the migrations"
                    + " (db migrate), or grant the right.",
            null),

    /** Units of work collided; repeating this one may succeed. */
    CONFLICT(503, "transaction-conflict", "The request collided with another one. Repeat it.", Duration.ZERO),

    /** A constraint refuses what was asked. */
    CONSTRAINT(409, null, "The request conflicts with what is stored already.", null),

    /** The server cannot store a value. */
    INVALID_DATA(422, null, "The request has a value that cannot be stored.", null),

    /** A statement was cancelled because it took too long. */
    TIMEOUT(504, "deadline-exceeded", "The database did not answer in time.", null),

    /** The server takes no writes: a replica, or a session that was left read-only. */
    READ_ONLY(503, "database-read-only", "The database takes no writes at the moment.", Duration.ofSeconds(5)),

    /** The server lives and its storage does not answer; the connection is not to blame. */
    STORAGE(
            503,
            "database-storage-unavailable",
            "The database's storage did not answer. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The server has no room left. */
    STORAGE_FULL(507, "database-storage-full", "The database has no room left. Its operator has to act.", null),

    /** A statement that was prepared is gone or no longer fits its tables; preparing it anew helps. */
    STALE_STATEMENT(503, "database-changed", "The database changed while the request ran. Repeat it.", Duration.ZERO),

    /** A statement or its use is wrong: ours to mend. */
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

    /** What clients may compare: the last part of {@code urn:problem-type:…}; empty where the status says it all. */
    public Optional<String> problemType() {
        return Optional.ofNullable(problemType);
    }

    /** One or two sentences that a client may read. */
    public String explanation() {
        return explanation;
    }

    /** After what time a repetition may succeed; empty if waiting does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the same request may succeed later without anybody's doing. */
    public boolean isWorthRepeating() {
        return retryAfter != null || this == TIMEOUT;
    }

    /**
     * Whether it goes away without an operator, so that trying again to open a connection may succeed. Otherwise each
     * attempt only costs the server another refusal.
     */
    public boolean isTransient() {
        return this != QUOTA && this != AUTHENTICATION && this != MISCONFIGURED && this != SCHEMA_MISMATCH;
    }

    /** Whether the same work may succeed at once, on another connection: one was lost, or units of work collided. */
    public boolean isGoneAtOnce() {
        return this == UNAVAILABLE || this == WAKING || this == CONFLICT || this == STALE_STATEMENT || this == STORAGE;
    }

    /** Whether the server asks for fewer attempts to connect. */
    public boolean isThrottling() {
        return this == THROTTLED || this == TOO_MANY_CONNECTIONS;
    }
}
