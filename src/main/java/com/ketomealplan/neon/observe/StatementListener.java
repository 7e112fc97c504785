package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.failure.Failure;
import java.time.Duration;
import java.util.Optional;

/** Listens to statements, on the threads that execute them: must not block. */
interface StatementListener {

    /**
     * A statement was executed, or has failed.
     *
     * @param name the method of its SQL object, or its first word
     * @param sql the SQL with placeholders
     * @param time the time from its sending to the start of its answer
     */
    void onExecuted(String name, String sql, Duration time, Optional<Failure> failure);
}
