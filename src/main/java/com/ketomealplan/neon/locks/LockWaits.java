package com.ketomealplan.neon.locks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The sessions of this role in this database that wait for locks, at one moment.
 *
 * @param at when the server was queried
 * @param all the waits, the longest first
 */
public record LockWaits(Instant at, List<LockWait> all) {

    /** No session waits, or it is not known. */
    public static final LockWaits NONE = new LockWaits(Instant.EPOCH, List.of());

    /** Returns the waits that match the predicate. */
    public LockWaits filter(Predicate<LockWait> predicate) {
        return new LockWaits(at, all.stream().filter(predicate).toList());
    }

    /**
     * Returns what a session of this process waits for. Behind a proxy or a pooler, its process id may be another one: then it is what a
     * session with the same statement waits for.
     *
     * @param pid its process id, as the driver knows it
     * @param statement the name of the statement that it executes, as in the comment
     */
    public Optional<LockWait> find(int pid, Optional<String> statement) {
        List<LockWait> candidates = all.stream()
                .filter(wait -> wait.tag().statement().isEmpty()
                        || wait.tag().statement().equals(statement))
                .toList();
        return candidates.stream().filter(wait -> wait.pid() == pid).findFirst().or(() -> candidates.stream()
                .filter(wait -> wait.tag().statement().isPresent())
                .findFirst()
                .map(LockWait::foundByStatement));
    }
}
