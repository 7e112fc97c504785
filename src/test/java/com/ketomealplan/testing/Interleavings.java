package com.ketomealplan.testing;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;

/** Runs a task once for each of many orders in which its threads can be interleaved (Lincheck, which decides who runs). */
public final class Interleavings {

    /** What Lincheck says before the order of what happened. */
    public static final String FOUND = "The following interleaving leads to the error";

    private Interleavings() {}

    /**
     * @param task starts threads, waits for them, and throws if something is wrong
     * @throws AssertionError with the order of what happened, if it throws in one of them, or its threads wait for ever
     */
    public static void of(Runnable task) {
        of(task, Integer.MAX_VALUE);
    }

    /**
     * The same of a task that takes long.
     *
     * @param most orders
     */
    public static void of(Runnable task, int most) {
        task.run(); // what is initialized by the first run is not part of any order
        check(task, most);
    }

    /**
     * The same with a bug, which is to be found.
     *
     * @param sound the task without it
     * @param broken has it, and is run in no other order than those
     */
    public static void ofBroken(Runnable sound, Runnable broken) {
        sound.run();
        check(broken, Integer.MAX_VALUE);
    }

    private static void check(Runnable task, int most) {
        int orders = Math.min(most, Ring.times("interleavings", 100, 5_000));
        try {
            Lincheck.runConcurrentTest(orders, task);
        } catch (AssertionError failure) {
            if (failure.getMessage().contains(FOUND) || !failure.getMessage().contains("has hung")) {
                throw failure;
            }
            // It names no order: in the first one it rewrites classes, which after ten seconds it takes for a hang
            Lincheck.runConcurrentTest(orders, task);
        }
    }

    /** Runs them at the same time, each on a thread of its own, and the last one on this thread. Throws what one of them throws. */
    public static void atOnce(Runnable... parts) {
        List<Thread> threads = new ArrayList<>();
        Throwable[] thrown = new Throwable[parts.length];
        for (int i = 0; i < parts.length - 1; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                try {
                    parts[number].run();
                } catch (RuntimeException | AssertionError e) {
                    thrown[number] = e;
                }
            });
            thread.start();
            threads.add(thread);
        }
        parts[parts.length - 1].run();
        for (int i = 0; i < threads.size(); i++) {
            try {
                threads.get(i).join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (thrown[i] != null) {
                throw new AssertionError(thrown[i]);
            }
        }
    }
}
