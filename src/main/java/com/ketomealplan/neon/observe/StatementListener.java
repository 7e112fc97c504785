package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/** Hears of statements on the threads that execute them: must not block. */
public interface StatementListener {

    /**
     * A statement was executed, or has failed.
     *
     * @param name its SQL object's method, or its first word
     * @param sql with placeholders where values would be
     * @param time from its sending to the beginning of its answer
     */
    void executed(String name, String sql, Duration time, Optional<Failure> failure);
}
