package com.ketomealplan.training;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a training leaves behind is removed at its end, also if the process is ended by a signal. Thread-safe. */
final class CleanUp implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUp.class);

    /** Removes something. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }

    private final Deque<Step> steps = new ArrayDeque<>();
    private final Thread hook = new Thread(this::run, "training-clean-up");

    private CleanUp() {}

    static CleanUp begin() {
        CleanUp begun = new CleanUp();
        Runtime.getRuntime().addShutdownHook(begun.hook);
        return begun;
    }

    /** Adds what is removed before all that was added so far. */
    synchronized void add(Step step) {
        steps.push(step);
    }

    private synchronized void run() {
        while (!steps.isEmpty()) {
            try {
                steps.pop().run();
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
