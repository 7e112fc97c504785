package com.ketomealplan.neon.locks;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A session that holds a lock for which another one waits, or waits for it before that.
 *
 * @param pid its process on the server; 0 for a prepared transaction, which has none
 * @param role by which it has logged in
 * @param application its {@code application_name}
 * @param state as {@code pg_stat_activity} has it, such as {@code idle in transaction}; empty if this role may not see it
 * @param transaction how long its transaction has been open
 * @param sinceStateChange how long it has been in that state
 * @param tag whose its last statement is, if that says so itself
 * @param mode in which it holds a lock on the same relation
 * @param waits whether it waits for a lock itself
 */
public record Blocker(
        int pid,
        Optional<String> role,
        Optional<String> application,
        Optional<String> state,
        Optional<Duration> transaction,
        Optional<Duration> sinceStateChange,
        StatementTag tag,
        Optional<String> mode,
        boolean waits) {

    /** What is known of it, for a line of the log. */
    String inWords() {
        if (pid == 0) {
            return "a prepared transaction (pg_prepared_xacts)";
        }
        StringJoiner known = new StringJoiner(", ", "pid " + pid + " (", ")");
        role.ifPresent(name -> known.add("role " + name));
        application.ifPresent(name -> known.add("application " + name));
        mode.ifPresent(held -> known.add("holds " + held));
        state.ifPresent(now -> known.add(
                now + sinceStateChange.map(time -> " for " + inWords(time)).orElse("")));
        transaction.ifPresent(time -> known.add("its transaction open for " + inWords(time)));
        tag.inWords().ifPresent(name -> known.add("last statement " + name));
        if (waits) {
            known.add("waits itself");
        }
        if (state.isEmpty()) {
            known.add("more is shown only to a member of pg_read_all_stats");
        }
        return known.toString();
    }

    static String inWords(Duration time) {
        return time.toSeconds() < 10
                ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3)
                : time.toSeconds() + " s";
    }
}
