package com.ketomealplan.neon.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Calls a function for each of the current elements, periodically, while there are any; without elements there is no timer.
 * Thread-safe.
 */
final class Ticker<T> {

    private final Duration interval;
    private final Supplier<List<T>> all;
    private final Consumer<T> tick;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final AtomicBoolean running = new AtomicBoolean();

    /**
     * @param all returns the current elements
     * @param tick is called for each element; must neither block nor throw
     */
    Ticker(
            Duration interval,
            Supplier<List<T>> all,
            Consumer<T> tick,
            BiFunction<Duration, Runnable, Future<?>> timer) {
        this.interval = interval;
        this.all = all;
        this.tick = tick;
        this.timer = timer;
    }

    /** Starts the ticks, unless they run. To be called for each new element. */
    void start() {
        if (!running.get() && running.compareAndSet(false, true)) {
            timer.apply(interval, this::round);
        }
    }

    private void round() {
        try {
            tickAll();
        } catch (RuntimeException | OutOfMemoryError e) {
            timer.apply(interval, this::round); // otherwise this would be the last tick
            throw e;
        }
    }

    private void tickAll() {
        List<T> now = all.get();
        now.forEach(tick);
        if (!now.isEmpty()) {
            timer.apply(interval, this::round);
            return;
        }
        running.set(false);
        if (!all.get().isEmpty() && running.compareAndSet(false, true)) { // one was added meanwhile
            timer.apply(interval, this::round);
        }
    }
}
