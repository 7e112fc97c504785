package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.FailureKind;
import java.util.Locale;
import org.slf4j.event.Level;

/** How the database is, for this process. */
public enum Condition {
    /** It answers. */
    UP(Connection.STANDS, Level.INFO, "The database answers."),

    /** Nobody has needed it lately. Neon may have put it to sleep; the next request wakes it. */
    ASLEEP(
            Connection.UNNEEDED,
            Level.INFO,
            "Nobody has needed the database lately. It may be asleep, and wakes for the next request."),

    /** It is there, and not ready yet. */
    WAKING(Connection.UNNEEDED, Level.INFO, FailureKind.WAKING.explanation()),

    /** It answers, and callers find all connections of this process in use. */
    BUSY(Connection.STANDS, Level.WARN, "All database connections of this instance are in use."),

    /** It refuses to open connections, as for a password that was changed, while those that are open serve. */
    LOGIN_REFUSED(
            Connection.STANDS,
            Level.ERROR,
            "The database refuses new connections. Those that are open go on. Its operator has to act."),

    /** It asks for fewer attempts to connect. */
    THROTTLED(Connection.STANDS, Level.WARN, FailureKind.THROTTLED.explanation()),

    /** A limit of the Neon plan is reached. */
    OVER_QUOTA(Connection.REFUSED, Level.ERROR, FailureKind.QUOTA.explanation()),

    /** It answers, and lacks what the service needs of it. */
    SCHEMA_MISMATCH(Connection.UNFIT, Level.ERROR, FailureKind.SCHEMA_MISMATCH.explanation()),

    /** It answers, and has no room for what is to be stored. */
    STORAGE_FULL(Connection.UNFIT, Level.ERROR, FailureKind.STORAGE_FULL.explanation()),

    /** It refuses what the configuration asks for. */
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

    /** In the words of the API: lower case. */
    public String inWords() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@code connected}, {@code idle} or {@code disconnected}, as monitoring of the FastAPI service knows them. */
    public String connectionInWords() {
        return connection.inWords;
    }

    /** Whether requests are served, or may be. */
    public boolean isHealthy() {
        return connection != Connection.REFUSED && connection != Connection.UNFIT;
    }

    /** Whether an instance can serve, or fail fast, or is no worse than all others. */
    boolean isReady() {
        return this != MISCONFIGURED && this != SCHEMA_MISMATCH;
    }

    /** Whether it changes with the next traffic, or with time. */
    boolean isPassing() {
        return this != UP && this != ASLEEP;
    }

    /** How loudly the log says that it has become so. */
    Level level() {
        return level;
    }

    /** A sentence or two that a client may read. */
    public String explanation() {
        return explanation;
    }
}
