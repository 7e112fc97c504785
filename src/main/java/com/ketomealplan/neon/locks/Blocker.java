package com.ketomealplan.neon.locks;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A session that blocks another one: it holds the lock, or waits for it in front of that one.
 *
 * @param pid its process id on the server; 0 for a prepared transaction, which has none
 * @param role its role
 * @param application its {@code application_name}
 * @param state as {@code pg_stat_activity} has it, such as {@code idle in transaction}; empty if this role may not see it
 * @param transactionAge how long its transaction has been open
 * @param sinceStateChange how long it has been in that state
 * @param tag the names in the comment of its last statement
 * @param mode the mode of its lock on the same relation
 * @param waits whether it waits for a lock itself
 */
public record Blocker(
        int pid,
        Optional<String> role,
        Optional<String> application,
        Optional<String> state,
        Optional<Duration> transactionAge,
        Optional<Duration> sinceStateChange,
        StatementTag tag,
        Optional<String> mode,
        boolean waits) {

    /** Returns a description for the log. */
    String describe() {
        if (pid == 0) {
            return "a prepared transaction (pg_prepared_xacts)";
        }
        StringJoiner parts = new StringJoiner(", ", "pid " + pid + " (", ")");
        role.ifPresent(name -> parts.add("role " + name));
        application.ifPresent(name -> parts.add("application " + name));
        mode.ifPresent(held -> parts.add("holds " + held));
        state.ifPresent(now -> parts.add(
                now + sinceStateChange.map(time -> " for " + describe(time)).orElse("")));
        transactionAge.ifPresent(time -> parts.add("its transaction open for " + describe(time)));
        tag.describe().ifPresent(name -> parts.add("last statement " + name));
        if (waits) {
            parts.add("waits itself");
        }
        if (state.isEmpty()) {
            parts.add("more is shown only to a member of pg_read_all_stats");
        }
        return parts.toString();
    }

    static String describe(Duration time) {
        return time.toSeconds() < 10
                ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3)
                : time.toSeconds() + " s";
    }
}
