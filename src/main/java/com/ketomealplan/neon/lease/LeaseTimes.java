package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures how the time of a lease is spent, from the start of its deadline. Used by its borrower; {@link #statement()} by any thread. */
final class LeaseTimes {

    private final Deadline deadline;
    private final Duration waited;
    private final Optional<OpeningTimes> opening;
    private final long borrowedNanos = System.nanoTime();

    private volatile String statement;
    private String sent;
    private long sentNanos;
    private long answeredNanos;
    private int earlier;
    private long earlierNanos;

    /**
     * @param waited how long the borrower was in the wait queue
     * @param opening present if its connection was opened meanwhile
     */
    LeaseTimes(Deadline deadline, Duration waited, Optional<OpeningTimes> opening) {
        this.deadline = deadline;
        this.waited = waited;
        this.opening = opening;
    }

    /** Returns the time since it was borrowed. */
    Duration held() {
        return since(borrowedNanos);
    }

    Duration waited() {
        return waited;
    }

    /** Sets the name of the statement that is about to be executed. */
    void beginStatement(String name) {
        statement = name;
    }

    /** Returns the name of the statement executed last. */
    Optional<String> statement() {
        return Optional.ofNullable(statement);
    }

    /** Records that a statement is sent. */
    void beforeSend() {
        if (sentNanos != 0) {
            earlier++;
            earlierNanos += answeredNanos - sentNanos;
        }
        sent = statement;
        sentNanos = System.nanoTime();
        answeredNanos = 0;
    }

    /** Records that it was answered or has failed. */
    void onAnswered() {
        answeredNanos = System.nanoTime();
    }

    /** Returns the parts, for a log line. */
    String describe() {
        long now = System.nanoTime();
        Duration before = deadline.elapsedAt(borrowedNanos).minus(waited);
        Duration last = sentNanos == 0
                ? Duration.ZERO
                : Duration.ofNanos((answeredNanos == 0 ? now : answeredNanos) - sentNanos);
        Duration others = Duration.ofNanos(earlierNanos);
        Duration elsewhere = since(borrowedNanos).minus(last).minus(others);
        StringJoiner parts = new StringJoiner(", ");
        add(parts, "before it asked for a connection", before);
        parts.add(millis(waited) + " in the wait queue"
                + opening.map(LeaseTimes::describe).orElse(""));
        if (earlier > 0) {
            parts.add(millis(others) + " in " + earlier + (earlier == 1 ? " statement" : " statements"));
        }
        if (sentNanos != 0) {
            parts.add(millis(last) + " in " + Optional.ofNullable(sent).orElse("a statement without a name"));
        }
        add(parts, "outside of the database", elsewhere);
        return parts.toString();
    }

    private static void add(StringJoiner parts, String what, Duration time) {
        if (time.toMillis() > 0) {
            parts.add(millis(time) + " " + what);
        }
    }

    private static String describe(OpeningTimes opening) {
        return Stream.of(Phase.values())
                .filter(phase -> opening.phases().containsKey(phase))
                .map(phase -> phase.name().toLowerCase(Locale.ROOT) + " "
                        + millis(opening.phases().get(phase)))
                .collect(Collectors.joining(", ", " (" + millis(opening.total()) + " to open it: ", ")"));
    }

    private static String millis(Duration time) {
        return time.toMillis() + " ms";
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
