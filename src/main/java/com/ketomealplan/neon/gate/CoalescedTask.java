package com.ketomealplan.neon.gate;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;

/** An action that is scheduled at most once at a time. Thread-safe. */
final class CoalescedTask {

    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Runnable action;
    private final AtomicBoolean pending = new AtomicBoolean();

    CoalescedTask(BiFunction<Duration, Runnable, Future<?>> timer, Runnable action) {
        this.timer = timer;
        this.action = action;
    }

    /** Schedules the action on the timer's thread, unless it is scheduled already. Does not block. */
    void schedule(Duration time) {
        if (pending.compareAndSet(false, true)) {
            timer.apply(time, () -> {
                pending.set(false); // first: the action may schedule itself again
                action.run();
            });
        }
    }
}
