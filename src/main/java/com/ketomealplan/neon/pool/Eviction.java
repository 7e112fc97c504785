package com.ketomealplan.neon.pool;

/** Why a pool has closed a connection that it might have kept. */
public enum Eviction {
    /** Nobody needed it, and it is not among those that are kept. */
    IDLE,
    /** It was older than connections may be. */
    AGED,
    /** The server, or the network, had ended it, or others of its age. */
    LOST,
    /** Its borrower's time was over. */
    OUT_OF_TIME,
    /** It came back changed, or inside a transaction, or was thrown away by its borrower. */
    SPOILT
}
