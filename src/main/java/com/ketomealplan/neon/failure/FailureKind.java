package com.ketomealplan.neon.failure;

import java.time.Duration;
import java.util.Optional;

/** The kinds of failures, with what HTTP says of each. */
public enum FailureKind {
    /** No connection, or it was lost, or the server is starting or stopping. */
    UNAVAILABLE(503, "The database cannot be reached at the moment. Try again shortly.", Duration.ofSeconds(1)),

    /** The server takes no further connections. */
    TOO_MANY_CONNECTIONS(
            503, "The database takes no further connections at the moment. Try again shortly.", Duration.ofSeconds(1)),

    /** All connections of the pool are in use. */
    POOL_EXHAUSTED(
            503,
            "The service is busy: no database connection came free in time. Try again shortly.",
            Duration.ofSeconds(1)),

    /** The log-in was refused. */
    AUTHENTICATION(503, "The service cannot log in to its database. Its operator has to act.", null),

    /** The server refuses what the configuration asks for: an unknown database, a missing table, no TLS. */
    MISCONFIGURED(503, "The service's database is not set up correctly. Its operator has to act.", null),

    /** Units of work collided; none of this one is stored. */
    CONFLICT(503, "The request collided with another one. Repeat it.", Duration.ZERO),

    /** A constraint refuses what was asked. */
    CONSTRAINT(409, "The request conflicts with what is stored already.", null),

    /** The server cannot store a value. */
    INVALID_DATA(422, "The request has a value that cannot be stored.", null),

    /** A statement was cancelled because it took too long. */
    TIMEOUT(504, "The database did not answer in time.", null),

    /** The server takes no writes. */
    READ_ONLY(503, "The database takes no writes at the moment.", Duration.ofSeconds(5)),

    /** The server has no room left. */
    STORAGE_FULL(507, "The database has no room left. Its operator has to act.", null),

    /** A statement or its use is wrong: ours to mend. */
    PROGRAM(500, "The request could not be processed. The error has been logged.", null);

    private final int httpStatus;
    private final String explanation;
    private final Duration retryAfter;

    FailureKind(int httpStatus, String explanation, Duration retryAfter) {
        this.httpStatus = httpStatus;
        this.explanation = explanation;
        this.retryAfter = retryAfter;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** One or two sentences that a client may read. */
    public String explanation() {
        return explanation;
    }

    /** After what time a repetition may succeed; empty if waiting does not help. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the connection is gone with it, so that an unanswered COMMIT stays unanswered. */
    boolean losesConnection() {
        return this == UNAVAILABLE || this == TIMEOUT;
    }

    /**
     * By PostgreSQL's error codes (appendix A of its documentation) and pgjdbc's ({@code PSQLState}), most specific first.
     *
     * @param message decides where one code has several meanings
     */
    static FailureKind ofSqlState(String sqlState, String message) {
        return switch (sqlState) {
            case "28P01", "28000" -> AUTHENTICATION;
            case "3D000", "3F000", "42P01", "42703", "42501" -> MISCONFIGURED;
            case "40001", "40P01" -> CONFLICT;
            case "53300" -> TOO_MANY_CONNECTIONS;
            case "53100" -> STORAGE_FULL;
            case "57014" -> TIMEOUT;
            case "25006" -> READ_ONLY;
            case "57P01", "57P02", "57P03", "57P05", "25P03" -> UNAVAILABLE;
            case "08P01" -> message.contains("no more connections allowed") ? TOO_MANY_CONNECTIONS : UNAVAILABLE;
            default -> ofClass(sqlState);
        };
    }

    /**
     * The same for a failure to open a connection. Neon's proxy sends whatever happens before the log-in is complete as
     * XX000, so there the text has to decide.
     */
    static FailureKind ofConnecting(String sqlState, String message) {
        FailureKind byState = ofSqlState(sqlState, message);
        if (byState != PROGRAM) {
            return byState;
        }
        if (message.contains("password authentication failed")) {
            return AUTHENTICATION;
        }
        return message.contains("does not exist") ? MISCONFIGURED : UNAVAILABLE;
    }

    private static FailureKind ofClass(String sqlState) {
        return switch (sqlState.length() < 2 ? "" : sqlState.substring(0, 2)) {
            case "08", "57", "58" -> UNAVAILABLE;
            case "53" -> TOO_MANY_CONNECTIONS;
            case "22" -> INVALID_DATA;
            case "23" -> CONSTRAINT;
            case "28" -> AUTHENTICATION;
            case "40" -> CONFLICT;
            default -> PROGRAM;
        };
    }
}
