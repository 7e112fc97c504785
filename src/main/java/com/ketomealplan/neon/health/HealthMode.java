package com.ketomealplan.neon.health;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether health checks probe the database, which wakes a sleeping compute and keeps it awake. */
public enum HealthMode {
    /** Passive on Neon, active elsewhere. */
    @JsonProperty("auto")
    AUTO,

    /** A health check starts a probe of the database, unless it has answered within the last second. */
    @JsonProperty("active")
    ACTIVE,

    /** Health checks report the results of the last units of work, and send nothing. */
    @JsonProperty("passive")
    PASSIVE;

    /** Returns whether health checks send nothing to the database. */
    public boolean isPassive(boolean neon) {
        return this == AUTO ? neon : this == PASSIVE;
    }
}
