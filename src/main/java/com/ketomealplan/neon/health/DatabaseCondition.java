package com.ketomealplan.neon.health;

import com.ketomealplan.neon.failure.FailureKind;
import java.util.Locale;
import org.slf4j.event.Level;

/** The condition of the database, as seen by this process. */
public enum DatabaseCondition {
    /** It answers. */
    UP(Connectivity.USABLE, Level.INFO, "The database answers."),

    /** It was not used lately, so that its compute may have suspended; the next request wakes it. */
    ASLEEP(
            Connectivity.UNUSED,
            Level.INFO,
            "The database was not used lately. It may be asleep, and wakes for the next request."),

    /** It is reachable, and not ready yet. */
    WAKING(Connectivity.UNUSED, Level.INFO, FailureKind.WAKING.explanation()),

    /** It answers, and all connections of this process are in use. */
    BUSY(Connectivity.USABLE, Level.WARN, "All database connections of this instance are in use."),

    /** It refuses log-ins, as after a change of the password, while open connections are usable. */
    LOGIN_REFUSED(
            Connectivity.USABLE,
            Level.ERROR,
            "The database refuses new connections. Open ones are usable. Its operator has to act."),

    /** It limits connection attempts. */
    THROTTLED(Connectivity.USABLE, Level.WARN, FailureKind.THROTTLED.explanation()),

    /** A limit of the Neon plan is reached. */
    OVER_QUOTA(Connectivity.REFUSED, Level.ERROR, FailureKind.QUOTA.explanation()),

    /** It answers, and lacks tables, columns or privileges that the service needs. */
    SCHEMA_MISMATCH(Connectivity.UNUSABLE, Level.ERROR, FailureKind.SCHEMA_MISMATCH.explanation()),

    /** It answers, and its disk is full. */
    STORAGE_FULL(Connectivity.UNUSABLE, Level.ERROR, FailureKind.STORAGE_FULL.explanation()),

    /** It refuses connections because of the configuration. */
    MISCONFIGURED(Connectivity.REFUSED, Level.ERROR, FailureKind.MISCONFIGURED.explanation()),

    /** It cannot be reached. */
    DOWN(Connectivity.REFUSED, Level.ERROR, FailureKind.UNAVAILABLE.explanation());

    private enum Connectivity {
        USABLE("connected"),
        UNUSABLE("connected"),
        UNUSED("idle"),
        REFUSED("disconnected");

        private final String label;

        Connectivity(String label) {
            this.label = label;
        }
    }

    private final Connectivity connectivity;
    private final Level level;
    private final String explanation;

    DatabaseCondition(Connectivity connectivity, Level level, String explanation) {
        this.connectivity = connectivity;
        this.level = level;
        this.explanation = explanation;
    }

    /** Returns the name in the API, in metrics and in logs: in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns {@code connected}, {@code idle} or {@code disconnected}, as in the FastAPI service. */
    public String connectionLabel() {
        return connectivity.label;
    }

    /** Returns whether requests are served, or may be. */
    public boolean isHealthy() {
        return connectivity != Connectivity.REFUSED && connectivity != Connectivity.UNUSABLE;
    }

    /** Returns whether an instance is ready: it can serve, or the condition is that of all instances. */
    boolean isReady() {
        return this != MISCONFIGURED && this != SCHEMA_MISMATCH;
    }

    /** Returns whether it may end without an event, so that it has to be checked again. */
    boolean isTransient() {
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
