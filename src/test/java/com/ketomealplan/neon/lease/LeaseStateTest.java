package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The states of a lease, and all transitions between them. */
class LeaseStateTest {

    @ParameterizedTest
    @CsvSource({
        // from, to ACTIVE, COMMITTING, CANCELLING, EXPIRED, ABANDONED, RETURNED
        "ACTIVE,     false, true,  true,  true,  false, true",
        "COMMITTING, true,  false, false, true,  false, true",
        "CANCELLING, false, false, false, true,  false, true",
        "EXPIRED,    false, false, false, false, true,  true",
        "ABANDONED,  false, false, false, false, false, true",
        "RETURNED,   false, false, false, false, false, false",
    })
    void canBecome(
            LeaseState from,
            boolean active,
            boolean committing,
            boolean cancelling,
            boolean expired,
            boolean abandoned,
            boolean returned) {
        assertThat(from.canBecome(LeaseState.ACTIVE)).isEqualTo(active);
        assertThat(from.canBecome(LeaseState.COMMITTING)).isEqualTo(committing);
        assertThat(from.canBecome(LeaseState.CANCELLING)).isEqualTo(cancelling);
        assertThat(from.canBecome(LeaseState.EXPIRED)).isEqualTo(expired);
        assertThat(from.canBecome(LeaseState.ABANDONED)).isEqualTo(abandoned);
        assertThat(from.canBecome(LeaseState.RETURNED)).isEqualTo(returned);
    }
}
