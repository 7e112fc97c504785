package com.ketomealplan.http;

import io.dropwizard.core.server.AbstractServerFactory;
import java.util.Optional;

/** Serves each request on a virtual thread, so that a request that waits for the database blocks no platform thread. */
final class VirtualThreads {

    /** Before this release a virtual thread that waits inside {@code synchronized} holds its carrier (JEP 491). */
    private static final int FIRST_UNPINNED_RELEASE = 24;

    private VirtualThreads() {}

    /**
     * @param wanted whether to use them; empty for the default: on releases where they are not pinned
     */
    static void use(AbstractServerFactory server, Optional<Boolean> wanted) {
        boolean unpinned = Runtime.version().feature() >= FIRST_UNPINNED_RELEASE;
        server.setEnableVirtualThreads(wanted.orElse(unpinned || server.isEnableVirtualThreads()));
    }
}
