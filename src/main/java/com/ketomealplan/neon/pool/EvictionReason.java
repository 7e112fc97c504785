package com.ketomealplan.neon.pool;

/** The reason why a pool has closed a connection that it might have kept. */
public enum EvictionReason {
    /** It was idle for longer than the idle timeout, beyond the connections that are kept. */
    IDLE,
    /** It was older than the max lifetime. */
    AGED,
    /** It, or its generation, was ended by the server or the network. */
    LOST,
    /** The deadline of its borrower had passed. */
    OUT_OF_TIME,
    /** It was returned with an altered session or inside a transaction, or its borrower discarded it. */
    SPOILT
}
