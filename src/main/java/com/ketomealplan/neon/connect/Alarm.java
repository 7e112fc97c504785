package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

/** Something that is done after a time, unless it is going to be done anyway. Thread-safe. */
final class Alarm {

    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Runnable action;
    private final AtomicBoolean set = new AtomicBoolean();

    Alarm(BiFunction<Duration, Runnable, Future<?>> timer, Runnable action) {
        this.timer = timer;
        this.action = action;
    }

    /** Does not block; the action is done on the timer's thread. */
    void after(Duration time) {
        if (set.compareAndSet(false, true)) {
            timer.apply(time, () -> {
                set.set(false); // before: it may be set again by what is done
                action.run();
            });
        }
    }
}
