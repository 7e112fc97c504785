package com.ketomealplan.neon.lease;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.MDC;

/**
 * What a thread uses the database for: the name of its unit of work, such as {@code UserResource.find}. It is kept in the
 * log's context (MDC), so that every line of the unit has it.
 */
public final class Purpose {

    public static final String MDC_KEY = "unit";

    private Purpose() {}

    /** Of what this thread does now, if it was said. */
    public static Optional<String> current() {
        return Optional.ofNullable(MDC.get(MDC_KEY));
    }

    /** From now on this thread works for a request; the context is cleared at its end. */
    public static void ofRequest(String name) {
        MDC.put(MDC_KEY, name);
    }

    /** Does work for a purpose; inside other such work, for that one's. */
    public static <T> T within(String name, Callable<T> work) throws Exception {
        if (MDC.get(MDC_KEY) != null) {
            return work.call();
        }
        MDC.put(MDC_KEY, name);
        try {
            return work.call();
        } finally {
            MDC.remove(MDC_KEY);
        }
    }
}
