package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.lease.Deadline;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Random time between two attempts, so that those who collided do not collide again. */
final class Pause {

    /** Milliseconds. */
    private static final int SHORTEST = 4;

    private static final int MOST_DOUBLINGS = 6;

    private Pause() {}

    /**
     * Waits longer from time to time.
     *
     * @param attempts how many there were
     * @return whether there is time for another one
     */
    static boolean before(int attempts) {
        int longest = SHORTEST << Math.min(attempts, MOST_DOUBLINGS);
        try {
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(1, longest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return Deadline.current().map(deadline -> !deadline.hasPassed()).orElse(true);
    }
}
