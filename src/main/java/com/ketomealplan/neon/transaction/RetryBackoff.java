package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.lease.Deadline;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Sleeps for a random time between two attempts, so that transactions that collided do not collide again. */
final class RetryBackoff {

    private static final int INITIAL_MILLIS = 4;

    private static final int MAX_DOUBLINGS = 6;

    private RetryBackoff() {}

    /**
     * Sleeps, longer with each attempt.
     *
     * @param attempts the number of attempts so far
     * @return whether there is time for another one
     */
    static boolean sleep(int attempts) {
        int longest = INITIAL_MILLIS << Math.min(attempts, MAX_DOUBLINGS);
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(1, longest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return Deadline.current().map(deadline -> !deadline.hasPassed()).orElse(true);
    }
}
