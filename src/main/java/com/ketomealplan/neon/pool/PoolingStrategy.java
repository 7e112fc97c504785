package com.ketomealplan.neon.pool;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How connections are held between units of work. */
public enum PoolingStrategy {
    /** Per request where the process is short-lived or in production, pooled otherwise. */
    @JsonProperty("auto")
    AUTO,

    /** A few connections are kept, more are opened under load and closed when they are not used for a while. */
    @JsonProperty("pooled")
    POOLED,

    /** A connection is opened for a unit of work and closed after it; none is kept. */
    @JsonProperty("per_request")
    PER_REQUEST
}
