package com.ketomealplan.http;

import io.dropwizard.core.server.AbstractServerFactory;
import java.util.Optional;

/** Has each request served by a virtual thread, so that one which waits for the database costs no thread of the system. */
final class VirtualThreads {

    /** Before this release a virtual thread that waits inside {@code synchronized} holds its carrier (JEP 491). */
    private static final int FIRST_UNPINNED_RELEASE = 24;

    private VirtualThreads() {}

    /**
     * @param wanted empty for: where they do not pin
     */
    static void use(AbstractServerFactory server, Optional<Boolean> wanted) {
        boolean unpinned = Runtime.version().feature() >= FIRST_UNPINNED_RELEASE;
        server.setEnableVirtualThreads(wanted.orElse(unpinned || server.isEnableVirtualThreads()));
    }
}
