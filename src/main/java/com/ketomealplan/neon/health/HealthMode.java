package com.ketomealplan.neon.health;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether looking at the service's health asks the database, which wakes a sleeping compute and keeps it awake. */
public enum HealthMode {
    /** Passive on Neon, active elsewhere. */
    @JsonProperty("auto")
    AUTO,

    /** Each look asks the database. */
    @JsonProperty("active")
    ACTIVE,

    /** What the last units of work met is what is reported; nothing is sent. */
    @JsonProperty("passive")
    PASSIVE;

    /** Whether checks of the health of a database are to leave it alone. */
    public boolean isPassive(boolean neon) {
        return this == AUTO ? neon : this == PASSIVE;
    }
}
