package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.FailureKind;
import java.util.Locale;
import org.slf4j.event.Level;

/** The condition of the database, as seen by this process. */
public enum Condition {
    /** It answers. */
    UP(Connection.STANDS, Level.INFO, "The database answers."),

    /** It was not used lately, so that its compute may have suspended; the next request wakes it. */
    ASLEEP(
            Connection.UNNEEDED,
            Level.INFO,
            "Nobody has needed the database lately. It may be asleep, and wakes for the next request."),

    /** It is reachable, and not ready yet. */
    WAKING(Connection.UNNEEDED, Level.INFO, FailureKind.WAKING.explanation()),

    /** It answers, and all connections of this process are in use. */
    BUSY(Connection.STANDS, Level.WARN, "All database connections of this instance are in use."),

    /** It refuses log-ins, as after a change of the password, while open connections are usable. */
    LOGIN_REFUSED(
            Connection.STANDS,
            Level.ERROR,
            "The database refuses new connections. Those that are open go on. Its operator has to act."),

    /** It limits connection attempts. */
    THROTTLED(Connection.STANDS, Level.WARN, FailureKind.THROTTLED.explanation()),

    /** A limit of the Neon plan is reached. */
    OVER_QUOTA(Connection.REFUSED, Level.ERROR, FailureKind.QUOTA.explanation()),

    /** It answers, and lacks tables, columns or privileges that the service needs. */
    SCHEMA_MISMATCH(Connection.UNFIT, Level.ERROR, FailureKind.SCHEMA_MISMATCH.explanation()),

    /** It answers, and its disk is full. */
    STORAGE_FULL(Connection.UNFIT, Level.ERROR, FailureKind.STORAGE_FULL.explanation()),

    /** It refuses connections because of the configuration. */
    MISCONFIGURED(Connection.REFUSED, Level.ERROR, FailureKind.MISCONFIGURED.explanation()),

    /** It cannot be reached. */
    DOWN(Connection.REFUSED, Level.ERROR, FailureKind.UNAVAILABLE.explanation());

    private enum Connection {
        STANDS("connected"),
        UNFIT("connected"),
        UNNEEDED("idle"),
        REFUSED("disconnected");

        private final String inWords;

        Connection(String inWords) {
            this.inWords = inWords;
        }
    }

    private final Connection connection;
    private final Level level;
    private final String explanation;

    Condition(Connection connection, Level level, String explanation) {
        this.connection = connection;
        this.level = level;
        this.explanation = explanation;
    }

    /** Returns the name in the API: in lower case. */
    public String inWords() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns {@code connected}, {@code idle} or {@code disconnected}, as in the FastAPI service. */
    public String connectionInWords() {
        return connection.inWords;
    }

    /** Returns whether requests are served, or may be. */
    public boolean isHealthy() {
        return connection != Connection.REFUSED && connection != Connection.UNFIT;
    }

    /** Returns whether an instance is ready: it can serve, or the condition is that of all instances. */
    boolean isReady() {
        return this != MISCONFIGURED && this != SCHEMA_MISMATCH;
    }

    /** Returns whether it may change without an event. */
    boolean isPassing() {
        return this != UP && this != ASLEEP;
    }

    /** Returns the level at which a change to it is logged. */
    Level level() {
        return level;
    }

    /** Returns an explanation for clients. */
    public String explanation() {
        return explanation;
    }
}
