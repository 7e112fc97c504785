package com.ketomealplan.neon.locks;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The sessions of this role in this database that wait for locks, at one moment.
 *
 * @param at when the server was asked
 * @param all those that have waited longest first
 */
public record LockWaits(Instant at, List<LockWait> all) {

    /** Nobody waits, or it is not known. */
    public static final LockWaits NONE = new LockWaits(Instant.EPOCH, List.of());

    /** Those that still wait, as far as that is known. */
    public LockWaits filter(Predicate<LockWait> still) {
        return new LockWaits(at, all.stream().filter(still).toList());
    }

    /**
     * What a session of this side waits for. A proxy or a pooler between may have given it another number: then it is whatever one with the
     * same statement waits for.
     *
     * @param pid its process on the server
     * @param statement that it executes, by the name in its comment
     */
    public Optional<LockWait> of(int pid, Optional<String> statement) {
        List<LockWait> alike = all.stream()
                .filter(wait -> wait.tag().statement().isEmpty()
                        || wait.tag().statement().equals(statement))
                .toList();
        return alike.stream().filter(wait -> wait.pid() == pid).findFirst().or(() -> alike.stream()
                .filter(wait -> wait.tag().statement().isPresent())
                .findFirst()
                .map(LockWait::asOfAnother));
    }
}
