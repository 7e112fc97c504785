package com.ketomealplan.neon.connect;

/** The steps of opening a connection, each with a time of its own. */
public enum Phase {
    /** Finding the host's address and the TCP handshake. */
    TCP,
    /** From the first byte to the end of the TLS handshake; skipped where there is no TLS. */
    TLS,
    /** From the startup message to the end of the log-in: on Neon, a sleeping compute wakes in it. */
    LOGIN
}
