package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the time of a lease has gone by with, from the beginning of its deadline. Used by its borrower; its statement's name is read by any. */
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
     * @param waited how long the borrower stood in the wait queue
     * @param opening if its connection was opened meanwhile
     */
    LeaseTimes(Deadline deadline, Duration waited, Optional<OpeningTimes> opening) {
        this.deadline = deadline;
        this.waited = waited;
        this.opening = opening;
    }

    /** Since it was borrowed. */
    Duration held() {
        return since(borrowedNanos);
    }

    Duration waited() {
        return waited;
    }

    /** A statement of that name is about to be executed. */
    void executes(String name) {
        statement = name;
    }

    /** Of the statement executed last. */
    Optional<String> statement() {
        return Optional.ofNullable(statement);
    }

    /** Something is sent. */
    void sends() {
        if (sentNanos != 0) {
            earlier++;
            earlierNanos += answeredNanos - sentNanos;
        }
        sent = statement;
        sentNanos = System.nanoTime();
        answeredNanos = 0;
    }

    /** It was answered, or never will be. */
    void answered() {
        answeredNanos = System.nanoTime();
    }

    /** The parts of it, for a line of the log. */
    String inWords() {
        long now = System.nanoTime();
        Duration before = deadline.until(borrowedNanos).minus(waited);
        Duration last = sentNanos == 0
                ? Duration.ZERO
                : Duration.ofNanos((answeredNanos == 0 ? now : answeredNanos) - sentNanos);
        Duration others = Duration.ofNanos(earlierNanos);
        Duration elsewhere = since(borrowedNanos).minus(last).minus(others);
        StringJoiner parts = new StringJoiner(", ");
        add(parts, "before it asked for a connection", before);
        parts.add(millis(waited) + " in line for a connection"
                + opening.map(LeaseTimes::inWords).orElse(""));
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

    private static String inWords(OpeningTimes opening) {
        return Stream.of(Phase.values())
                .filter(phase -> opening.phases().containsKey(phase))
                .map(phase -> phase.name().toLowerCase(Locale.ROOT) + " "
                        + millis(opening.phases().get(phase)))
                .collect(Collectors.joining(", ", " (" + millis(opening.whole()) + " to open it: ", ")"));
    }

    private static String millis(Duration time) {
        return time.toMillis() + " ms";
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
