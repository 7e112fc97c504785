package com.ketomealplan.neon.lease;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Looks at all that there are, again and again while there are some, and has no timer while there is none. Thread-safe. */
final class Rounds<T> {

    private final Duration interval;
    private final Supplier<List<T>> all;
    private final Consumer<T> look;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final AtomicBoolean looking = new AtomicBoolean();

    /**
     * @param all those that there are now
     * @param look at one of them; must neither block nor throw
     */
    Rounds(
            Duration interval,
            Supplier<List<T>> all,
            Consumer<T> look,
            BiFunction<Duration, Runnable, Future<?>> timer) {
        this.interval = interval;
        this.all = all;
        this.look = look;
        this.timer = timer;
    }

    /** There is one more. */
    void begin() {
        if (!looking.get() && looking.compareAndSet(false, true)) {
            timer.apply(interval, this::round);
        }
    }

    private void round() {
        try {
            lookAtAll();
        } catch (RuntimeException | OutOfMemoryError e) {
            timer.apply(interval, this::round); // otherwise this would be the last one
            throw e;
        }
    }

    private void lookAtAll() {
        List<T> now = all.get();
        now.forEach(look);
        if (!now.isEmpty()) {
            timer.apply(interval, this::round);
            return;
        }
        looking.set(false);
        if (!all.get().isEmpty() && looking.compareAndSet(false, true)) { // one came in between
            timer.apply(interval, this::round);
        }
    }
}
