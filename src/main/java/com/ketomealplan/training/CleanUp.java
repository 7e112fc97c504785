package com.ketomealplan.training;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a training leaves behind is removed at its end, also if the process is ended by a signal. Thread-safe. */
final class CleanUp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

    /** A step of the training, or of its removal. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    /** Removes what was opened. */
    @FunctionalInterface
    interface Removal<T> {
        void remove(T opened) throws Exception;
    }

    private final Deque<Step> removals = new ArrayDeque<>();
    private final Thread hook = new Thread(this::run, "training-clean-up");
    private boolean ended;

    private CleanUp() {}

    static CleanUp begin() {
        CleanUp begun = new CleanUp();
        Runtime.getRuntime().addShutdownHook(begun.hook);
        return begun;
    }

    /**
     * Opens what is removed before all that was opened so far. A signal that comes meanwhile ends the process when it is open, and removed.
     *
     * @throws TrainingException if a signal is ending the process: nothing is opened
     */
    synchronized <T> T open(Callable<T> opening, Removal<T> removal) throws Exception {
        requireNotEnded();
        T opened = opening.call();
        removals.push(() -> removal.remove(opened));
        return opened;
    }

    /**
     * Makes a step that lasts. A signal that comes meanwhile waits for it.
     *
     * @throws TrainingException if a signal is ending the process: it is not made
     */
    synchronized void keep(Step step) throws Exception {
        requireNotEnded();
        step.run();
    }

    private void requireNotEnded() throws TrainingException {
        if (ended) {
            throw new TrainingException("train: ended by a signal");
        }
    }

    private synchronized void run() {
        ended = true;
        while (!removals.isEmpty()) {
            try {
                removals.pop().run();
            } catch (Exception e) {
                LOG.warn("Not removed: {}", e.toString());
            }
        }
    }

    @Override
    public void close() {
        run();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // a signal has ended the process, and the hook has run
        }
    }
}
