package com.ketomealplan.neon;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.pool.PoolingStrategy;
import java.util.Locale;

/**
 * The environment of a process, as far as it matters to its connections.
 *
 * @param stage development or production
 * @param serverless whether the process is short-lived
 */
public record Deployment(Stage stage, boolean serverless) {

    /** The stage: production has real data. */
    public enum Stage {
        @JsonProperty("development")
        DEVELOPMENT,
        @JsonProperty("production")
        PRODUCTION;

        /** Returns the name in the configuration. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns whether the embedded PostgreSQL may be used if no database is configured. */
    boolean mayEmbed() {
        return stage == Stage.DEVELOPMENT && !serverless;
    }

    /** Returns the strategy for {@link PoolingStrategy#AUTO}. */
    PoolingStrategy pooling() {
        return serverless || stage == Stage.PRODUCTION ? PoolingStrategy.PER_REQUEST : PoolingStrategy.POOLED;
    }
}
