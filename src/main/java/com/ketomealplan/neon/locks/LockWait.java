package com.ketomealplan.neon.locks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A session that waits for a lock.
 *
 * @param pid its process on the server
 * @param tag whose its statement is
 * @param time how long that has run
 * @param lock what it waits for, such as {@code RowExclusiveLock on users}
 * @param blockers the sessions that block it: first those that are not blocked themselves
 * @param more how many further ones there are
 * @param certain whether it is known to be the session that was meant, and not only one with the same statement
 */
public record LockWait(
        int pid,
        StatementTag tag,
        Optional<Duration> time,
        String lock,
        List<Blocker> blockers,
        int more,
        boolean certain) {

    /** As it is told of who executes the same statement. */
    LockWait asOfAnother() {
        return new LockWait(pid, tag, time, lock, blockers, more, false);
    }

    /** In one line, without what waits. */
    public String inWords() {
        return (certain ? "it waited" : "the same statement waits") + " for " + lock + ", blocked by "
                + blockersInWords();
    }

    public String blockersInWords() {
        return blockers.stream().map(Blocker::inWords).collect(Collectors.joining(" and "))
                + (more == 0 ? "" : " and " + more + " more");
    }
}
