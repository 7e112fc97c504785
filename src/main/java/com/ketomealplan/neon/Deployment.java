package com.ketomealplan.neon;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.pool.PoolingStrategy;
import java.util.Locale;

/**
 * Where a process runs, as far as it matters to its connections.
 *
 * @param stage development or production
 * @param serverless whether the process lives for a few requests only
 */
public record Deployment(Stage stage, boolean serverless) {

    /** Whether real data is at stake. */
    public enum Stage {
        @JsonProperty("development")
        DEVELOPMENT,
        @JsonProperty("production")
        PRODUCTION;

        /** As it is written in the configuration. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether a PostgreSQL of the developer's own may stand in for a database that is not configured. */
    boolean mayEmbed() {
        return stage == Stage.DEVELOPMENT && !serverless;
    }

    /** What {@link PoolingStrategy#AUTO} means here. */
    PoolingStrategy pooling() {
        return serverless || stage == Stage.PRODUCTION ? PoolingStrategy.PER_REQUEST : PoolingStrategy.POOLED;
    }
}
