package com.ketomealplan.neon.connect;

/** The phases of opening a connection, each with a timeout of its own. */
public enum Phase {
    /** DNS and the TCP handshake. */
    TCP,
    /** The TLS handshake; skipped without TLS. */
    TLS,
    /** From the startup message to the end of authentication: on Neon, a sleeping compute wakes in it. */
    LOGIN
}
