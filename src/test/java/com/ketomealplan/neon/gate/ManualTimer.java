package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

/** A clock, and a timer whose tasks run as the clock is advanced, on the thread that advances it. */
final class ManualTimer {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final Set<Task> tasks = ConcurrentHashMap.newKeySet();

    private static final class Task extends FutureTask<Void> {
        private final long dueNanos;

        Task(Runnable work, long dueNanos) {
            super(Executors.callable(work, null));
            this.dueNanos = dueNanos;
        }

        @Override
        protected void setException(Throwable failure) {
            super.setException(failure);
            throw new AssertionError(failure);
        }
    }

    long nanoTime() {
        return nanos.get();
    }

    /** Schedules a task, as {@link Timer#after} does. */
    Future<?> after(Duration delay, Runnable work) {
        Task task = new Task(work, nanoTime() + delay.toNanos());
        tasks.add(task);
        return task;
    }

    /** Advances the clock without running what becomes due. */
    void elapse(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Advances the clock, and runs what becomes due, each task at its time, with what that schedules. */
    void advance(Duration time) {
        long end = nanoTime() + time.toNanos();
        for (Optional<Task> next = dueBy(end); next.isPresent(); next = dueBy(end)) {
            Task task = next.get();
            tasks.remove(task);
            putForwardTo(task.dueNanos);
            task.run();
        }
        putForwardTo(end);
    }

    private void putForwardTo(long time) {
        nanos.accumulateAndGet(time, (now, then) -> then - now > 0 ? then : now);
    }

    private Optional<Task> dueBy(long end) {
        Comparator<Task> soonest = Comparator.comparingLong(task -> task.dueNanos - end);
        return tasks.stream().filter(task -> end - task.dueNanos >= 0).min(soonest);
    }
}
