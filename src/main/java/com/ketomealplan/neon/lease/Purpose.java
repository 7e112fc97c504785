package com.ketomealplan.neon.lease;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.MDC;

/**
 * The name of a thread's unit of work, such as {@code UserResource.find}. It is kept in the log context (MDC), so that every log line of
 * the unit has it.
 */
public final class Purpose {

    public static final String MDC_KEY = "unit";

    private Purpose() {}

    /** Returns the purpose of this thread, if it has one. */
    public static Optional<String> current() {
        return Optional.ofNullable(MDC.get(MDC_KEY));
    }

    /** Sets the purpose of this thread's request, at whose end the context is cleared. */
    public static void ofRequest(String name) {
        MDC.put(MDC_KEY, name);
    }

    /** Runs work for a purpose. Nested work keeps the outer purpose. */
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
