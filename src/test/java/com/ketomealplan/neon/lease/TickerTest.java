package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Everybody in it is looked at, by a timer of the test's, and there is no timer while nobody is. */
class TickerTest {

    /** The next round, which is due when the test says so. */
    private static final class Next {

        private final AtomicReference<Runnable> due = new AtomicReference<>();

        Future<?> after(Duration delay, Runnable round) {
            if (due.getAndSet(round) != null) {
                throw new AssertionError("two ticker at a time");
            }
            return CompletableFuture.completedFuture(delay);
        }

        boolean isDue() {
            return due.get() != null;
        }

        void run() {
            assertThat(isDue()).as("there is a next round").isTrue();
            due.getAndSet(null).run();
        }
    }

    @Test
    void thereIsARoundWhileSomebodyIsThere() {
        Next next = new Next();
        List<String> there = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        Ticker<String> ticker = new Ticker<>(Duration.ofMillis(1), () -> List.copyOf(there), seen::add, next::after);
        assertThat(next.isDue()).isFalse();

        there.add("a");
        ticker.start();
        next.run();
        there.add("b");
        ticker.start();
        next.run();
        there.clear();
        next.run();

        assertThat(seen).containsExactly("a", "a", "b");
        assertThat(next.isDue()).isFalse();
        there.add("c");
        ticker.start();
        next.run();
        assertThat(seen).endsWith("c");
    }

    /** The last round has found nobody, and is about to say that it was the last. */
    @Test
    void whoComesAsTheLastRoundEndsHasAnotherOne() {
        Next next = new Next();
        List<String> seen = new ArrayList<>();
        List<String> there = new ArrayList<>();
        Deque<String> coming = new ArrayDeque<>(List.of("comes"));
        AtomicReference<Ticker<String>> itself = new AtomicReference<>();
        Ticker<String> ticker = new Ticker<>(
                Duration.ofMillis(1),
                () -> {
                    List<String> now = List.copyOf(there);
                    Optional.ofNullable(coming.poll()).ifPresent(one -> {
                        there.add(one);
                        itself.get().start();
                    });
                    return now;
                },
                seen::add,
                next::after);
        itself.set(ticker);
        ticker.start(); // for one who is gone by the first round

        next.run();
        assertThat(seen).isEmpty();
        next.run();

        assertThat(seen).containsExactly("comes");
    }
}
