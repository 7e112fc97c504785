package com.ketomealplan.neon.locks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A session that waits for a lock.
 *
 * @param pid its process id on the server
 * @param tag the names in the comment of its statement
 * @param runtime how long its statement has run
 * @param lock what it waits for, such as {@code RowExclusiveLock on users}
 * @param blockers the sessions that block it: first those that are not blocked themselves
 * @param more the number of further blockers
 * @param exact whether it was found by its process id, and not only by its statement
 */
public record LockWait(
        int pid,
        StatementTag tag,
        Optional<Duration> runtime,
        String lock,
        List<Blocker> blockers,
        int more,
        boolean exact) {

    /** Returns this wait for another session that executes the same statement. */
    LockWait foundByStatement() {
        return new LockWait(pid, tag, runtime, lock, blockers, more, false);
    }

    /** Returns a description in one line, for the log. */
    public String describe() {
        return (exact ? "it waited" : "the same statement waits") + " for " + lock + ", blocked by "
                + describeBlockers();
    }

    /** Returns a description of the blockers in one line. */
    public String describeBlockers() {
        return blockers.stream().map(Blocker::describe).collect(Collectors.joining(" and "))
                + (more == 0 ? "" : " and " + more + " more");
    }
}
