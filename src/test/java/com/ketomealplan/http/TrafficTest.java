package com.ketomealplan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is taken for the end of the traffic, by a clock of the test's. */
class TrafficTest {

    private static final Duration QUIET = Duration.ofSeconds(1);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final Traffic traffic = new Traffic(clock::get);

    private void pass(double seconds) {
        clock.addAndGet((long) (seconds * 1e9));
    }

    private void look(String who, double pause, boolean... ready) {
        for (boolean green : ready) {
            pass(pause);
            traffic.looked(who, green);
        }
    }

    @Test
    void isQuietAtOnceIfNobodyHasAsked() {
        assertThat(traffic.isQuietFor(QUIET)).isTrue();
        assertThat(traffic.everybodyKnows()).isTrue();
    }

    @Test
    void isQuietSoLongAfterTheLastRequest() {
        traffic.requested();
        pass(0.9);
        traffic.requested();
        pass(0.999);
        assertThat(traffic.isQuietFor(QUIET)).isFalse();
        pass(0.001);
        assertThat(traffic.isQuietFor(QUIET)).isTrue();
    }

    @Test
    void waitsForTheRequestOfANewConnection() {
        traffic.connected(Set.of("a"));
        pass(0.5);
        traffic.connected(Set.of("a", "b"));
        assertThat(traffic.isQuietFor(QUIET)).isFalse();
        pass(0.5);
        traffic.connected(Set.of("a")); // b has asked, or has gone
        assertThat(traffic.isQuietFor(QUIET)).isTrue(); // and a is one in reserve
    }

    @Test
    void whoLooksHasToSeeItThreeTimes() {
        look("haproxy", 2, true, true, true);
        assertThat(traffic.everybodyKnows()).isFalse();
        look("haproxy", 2, false, false);
        pass(1.9);
        assertThat(traffic.everybodyKnows()).isFalse();
        look("haproxy", 0.1, false);
        assertThat(traffic.everybodyKnows()).isTrue();
    }

    @Test
    void threeTimesInARow() {
        look("haproxy", 2, false, false, true, false);
        assertThat(traffic.everybodyKnows()).isFalse();
    }

    @Test
    void eachOfThemHasTo() {
        look("one", 1, false, false, false);
        look("two", 1, true, true);
        assertThat(traffic.everybodyKnows()).isFalse();
    }

    @Test
    void whoHasLookedOnceWillNotAgain() {
        look("a person", 1, true);
        assertThat(traffic.everybodyKnows()).isTrue();
    }

    @Test
    void whoMissesALookIsGone() {
        look("haproxy", 2, true, true);
        pass(4.5);
        assertThat(traffic.everybodyKnows()).isFalse(); // it may be late
        pass(0.1);
        assertThat(traffic.everybodyKnows()).isTrue();
    }

    @Test
    void remembersTheOnesThatLookedLast() {
        for (int i = 0; i < 200; i++) {
            traffic.looked("stranger " + i, true);
            traffic.looked("haproxy", true);
            pass(1);
        }
        assertThat(traffic.everybodyKnows()).isFalse();
    }
}
