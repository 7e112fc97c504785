package com.ketomealplan.neon.connect;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The one thread of the layer's timeouts. It ends when no task is scheduled. */
public final class Timer {

    private static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "database-timer");
        thread.setDaemon(true);
        return thread;
    });

    static {
        EXECUTOR.setRemoveOnCancelPolicy(true);
        EXECUTOR.setKeepAliveTime(10, TimeUnit.SECONDS);
        EXECUTOR.allowCoreThreadTimeOut(true);
    }

    private Timer() {}

    /** Schedules a task, which can be cancelled until then. It must not block: the timeouts of all connections wait for it. */
    public static Future<?> after(Duration delay, Runnable task) {
        return EXECUTOR.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Schedules a task that may block, as on a log; it can be cancelled until then. */
    public static Future<?> afterOnOwnThread(Duration delay, Runnable task) {
        return after(delay, () -> {
            Thread thread = new Thread(task, "database-check");
            thread.setDaemon(true);
            thread.start();
        });
    }
}
