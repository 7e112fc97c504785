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

/** The ticker, by a timer of the test: each element gets its ticks, and without elements no timer is set. Here it is what a housekeeper is elsewhere. */
class TickerTest {

    /** A timer for the next tick, which the test runs. */
    private static final class Next {

        private final AtomicReference<Runnable> due = new AtomicReference<>();

        Future<?> after(Duration delay, Runnable tick) {
            if (due.getAndSet(tick) != null) {
                throw new AssertionError("two timers at a time");
            }
            return CompletableFuture.completedFuture(delay);
        }

        boolean isDue() {
            return due.get() != null;
        }

        void run() {
            assertThat(isDue()).as("a tick is due").isTrue();
            due.getAndSet(null).run();
        }
    }

    @Test
    void itTicksWhileThereAreElements() {
        Next next = new Next();
        List<String> elements = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        Ticker<String> ticker = new Ticker<>(Duration.ofMillis(1), () -> List.copyOf(elements), seen::add, next::after);
        assertThat(next.isDue()).isFalse();

        elements.add("a");
        ticker.start();
        next.run();
        elements.add("b");
        ticker.start();
        next.run();
        elements.clear();
        next.run();

        assertThat(seen).containsExactly("a", "a", "b");
        assertThat(next.isDue()).isFalse();
        elements.add("c");
        ticker.start();
        next.run();
        assertThat(seen).endsWith("c");
    }

    /** The last tick has found no element, and is about to stop the ticker. */
    @Test
    void anElementThatIsAddedDuringTheLastTickGetsAnotherTick() {
        Next next = new Next();
        List<String> seen = new ArrayList<>();
        List<String> elements = new ArrayList<>();
        Deque<String> coming = new ArrayDeque<>(List.of("comes"));
        AtomicReference<Ticker<String>> itself = new AtomicReference<>();
        Ticker<String> ticker = new Ticker<>(
                Duration.ofMillis(1),
                () -> {
                    List<String> now = List.copyOf(elements);
                    Optional.ofNullable(coming.poll()).ifPresent(one -> {
                        elements.add(one);
                        itself.get().start();
                    });
                    return now;
                },
                seen::add,
                next::after);
        itself.set(ticker);
        ticker.start(); // for an element that is gone by the first tick

        next.run();
        assertThat(seen).isEmpty();
        next.run();

        assertThat(seen).containsExactly("comes");
    }
}
