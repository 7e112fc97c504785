package com.ketomealplan.neon.lease;

/** The states of a {@link Lease}. The thread that wins a transition does its work. */
enum LeaseState {

    /** The borrower may use it. */
    ACTIVE,

    /** COMMIT was sent or is about to be. It is never cancelled: a COMMIT that waits for a replica would report success. */
    COMMITTING,

    /** The deadline has passed and the statement is being cancelled. Nothing more may be sent, least of all COMMIT. */
    CANCELLING,

    /** It was closed under its borrower, whose next call fails with the reason. */
    EXPIRED,

    /** Its borrower did not return it after that: another connection may take its place in the pool. */
    ABANDONED,

    /** It was returned. Final. */
    RETURNED;

    /** Returns whether the connection is its borrower's. */
    boolean isOpen() {
        return this != ABANDONED && this != RETURNED;
    }

    boolean canBecome(LeaseState next) {
        return switch (this) {
            case ACTIVE -> next != ACTIVE && next != ABANDONED;
            case COMMITTING -> next == ACTIVE || next == EXPIRED || next == RETURNED;
            case CANCELLING -> next == EXPIRED || next == RETURNED;
            case EXPIRED -> next == ABANDONED || next == RETURNED;
            case ABANDONED -> next == RETURNED;
            case RETURNED -> false;
        };
    }
}
