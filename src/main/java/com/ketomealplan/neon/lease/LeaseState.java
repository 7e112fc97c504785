package com.ketomealplan.neon.lease;

/** The states of a {@link Lease}. Whoever wins a transition does its work; whoever loses it does nothing. */
enum LeaseState {

    /** Its borrower may use it. */
    ACTIVE,

    /** COMMIT was sent, or is about to be. It is never cancelled: a COMMIT that waits for a replica would report success. */
    COMMITTING,

    /** Its deadline has passed and its statement is being cancelled. Nothing more is sent, least of all a COMMIT. */
    CANCELLING,

    /** It was closed under its borrower, whose next use of it is told why. */
    EXPIRED,

    /** It was given back. Final. */
    RETURNED;

    boolean canBecome(LeaseState next) {
        return switch (this) {
            case ACTIVE -> next != ACTIVE;
            case COMMITTING -> next == ACTIVE || next == EXPIRED || next == RETURNED;
            case CANCELLING -> next == EXPIRED || next == RETURNED;
            case EXPIRED -> next == RETURNED;
            case RETURNED -> false;
        };
    }
}
