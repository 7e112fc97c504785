package com.ketomealplan.neon.connect;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list of listeners. What one throws, errors included, is logged, and affects neither the others nor the caller. Thread-safe.
 *
 * @param <L> the listeners' type
 */
public final class Listeners<L> {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<L> all = new CopyOnWriteArrayList<>();

    /** Creates a list of initial listeners. */
    public static <L> Listeners<L> of(List<? extends L> listeners) {
        Listeners<L> made = new Listeners<>();
        made.all.addAll(listeners);
        return made;
    }

    /** Registers a listener. */
    public void add(L listener) {
        all.add(listener);
    }

    /** Returns whether there are none. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Calls each listener, on this thread and in the order of registration. Throws nothing that they throw. */
    public void forEach(Consumer<? super L> call) {
        for (L listener : all) {
            try {
                call.accept(listener);
            } catch (Throwable e) { // an Error, too: its caller may have a connection to return
                logFailure(listener, e);
            }
        }
    }

    private static void logFailure(Object listener, Throwable failure) {
        try {
            LOG.error("Listener {} failed", listener.getClass().getName(), failure);
        } catch (Throwable e) {
            // No memory, or a failure whose message cannot be told: there is no other place for it
        }
    }
}
