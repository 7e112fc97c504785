package com.ketomealplan.neon.pool.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which callers the wait queue admits, by a clock of the test. */
class WaitQueueAdmissionTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final AtomicLong clock = new AtomicLong();
    private final WaitQueue queue = new WaitQueue(10_000, clock::get);

    private void join(int callers) {
        for (int i = 0; i < callers; i++) {
            queue.add(new Waiter(null, false, DEADLINE));
        }
    }

    /** Serves waiters one by one, at an interval. */
    private void serve(int callers, Duration interval) {
        for (int i = 0; i < callers; i++) {
            clock.addAndGet(interval.toNanos());
            queue.onProgress();
            queue.poll();
        }
    }

    @Test
    void admitsAnyNumberWhileTheServiceRateIsUnknown() {
        join(9_999);

        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }

    @Test
    void aFastQueueAdmitsCallersUpToItsLimit() {
        join(2_000);
        serve(1_000, Duration.ofMillis(1));

        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
        join(9_000);
        assertThat(queue.checkAdmission(DEADLINE)).isPresent();
    }

    @Test
    void rejectsACallerWhoseExpectedWaitExceedsItsDeadline() {
        join(150);
        serve(50, Duration.ofMillis(100)); // 100 are left: the next one would wait for 10.1 s

        assertThat(queue.checkAdmission(DEADLINE)).hasValue(Duration.ofMillis(10_100));
        assertThat(queue.checkAdmission(Duration.ofSeconds(30))).isEmpty();
    }

    /** A process that has just started, or had no CPU for a moment, is soon as fast as usual. */
    @Test
    void oneLongPauseIsNotTheRate() {
        join(2_500);
        serve(2_000, Duration.ofMillis(1));
        serve(1, Duration.ofSeconds(1));

        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }

    @Test
    void aSlowStartIsNotTheRate() {
        join(250);
        serve(50, Duration.ofMillis(40));

        assertThat(queue.checkAdmission(DEADLINE))
                .as("8 s for 200, but known for 2 s only")
                .isEmpty();
        serve(20, Duration.ofMillis(40));
        assertThat(queue.checkAdmission(DEADLINE)).isPresent();
    }

    @Test
    void aQueueWithoutAServedWaiterIsStuckAfterHalfOfADeadline() {
        join(10);
        clock.addAndGet(Duration.ofMillis(2_500).toNanos());
        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();

        clock.addAndGet(1);

        assertThat(queue.checkAdmission(DEADLINE)).isPresent();
        queue.onProgress();
        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }

    @Test
    void aQueueWhoseLastWaiterWasServedIsNeverStuck() {
        join(1);
        serve(1, Duration.ofMillis(10));
        clock.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }

    @Test
    void aQueueWhoseWaitersHaveTimedOutIsStuckUntilOneIsServed() {
        Waiter waiter = new Waiter(null, false, DEADLINE);
        queue.add(waiter);
        clock.addAndGet(DEADLINE.toNanos());
        assertThat(queue.remove(waiter)).isTrue();

        assertThat(queue.checkAdmission(DEADLINE)).isPresent();
        queue.onProgress();
        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }

    @Test
    void aQueueThatMovesAtItsUsualRateIsNotStuck() {
        join(30);
        serve(20, Duration.ofMillis(200));
        clock.addAndGet(Duration.ofMillis(3_900).toNanos()); // less than 20 times the usual interval

        assertThat(queue.isStalled(Duration.ofSeconds(1))).isFalse();
        clock.addAndGet(Duration.ofMillis(200).toNanos());
        assertThat(queue.isStalled(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void theRateIsForgottenAfterALongTimeWithoutWaiters() {
        join(1);
        serve(1, Duration.ofSeconds(4));
        join(1);
        assertThat(queue.checkAdmission(DEADLINE))
                .as("two of four seconds each")
                .isPresent();
        serve(1, Duration.ofSeconds(4));

        clock.addAndGet(Duration.ofSeconds(11).toNanos());
        queue.onProgress();
        join(1);

        assertThat(queue.checkAdmission(DEADLINE)).isEmpty();
    }
}
