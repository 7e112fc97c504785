package com.ketomealplan.neon.pool;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether connections are kept open between units of work. */
public enum PoolingStrategy {
    /** Per request where the process is short-lived or in production, pooled otherwise. */
    @JsonProperty("auto")
    AUTO,

    /** A few connections are kept, more are opened under load and closed after the idle timeout. */
    @JsonProperty("pooled")
    POOLED,

    /**
     * A connection is opened for a unit of work and closed after it; none is kept. A request without a unit may open several, one for each
     * call of a SQL object.
     */
    @JsonProperty("per_request")
    PER_REQUEST
}
