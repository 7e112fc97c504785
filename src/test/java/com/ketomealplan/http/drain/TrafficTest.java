package com.ketomealplan.http.drain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is taken for the end of the traffic, by a clock of the test's. */
class TrafficTest {

    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final Duration LONG = Duration.ofSeconds(15);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final Traffic traffic = new Traffic(clock::get);

    private void pass(double seconds) {
        clock.addAndGet((long) (seconds * 1e9));
    }

    private void look(String who, double pause, boolean... ready) {
        for (boolean green : ready) {
            pass(pause);
            traffic.onProbe(who(who), green);
        }
    }

    private static Traffic.ProbeClient who(String agent) {
        return new Traffic.ProbeClient("10.0.0.1", 8080, agent);
    }

    @Test
    void isQuietAtOnceIfNobodyHasAsked() {
        assertThat(traffic.isQuietFor(QUIET)).isTrue();
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void isQuietSoLongAfterTheLastRequest() {
        traffic.onRequest();
        pass(0.9);
        traffic.onRequest();
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
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
        look("haproxy", 2, false, false);
        pass(1.9);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
        look("haproxy", 0.1, false);
        pass(0.1); // it may be two of them
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void threeTimesInARow() {
        look("haproxy", 2, false, false, true, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
    }

    @Test
    void eachOfThemHasTo() {
        look("one", 1, false, false, false);
        look("two", 1, true, true);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
    }

    @Test
    void whoHasLookedOnceWillNotAgain() {
        look("a person", 1, true);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void whoMissesALookIsGone() {
        look("haproxy", 2, true, true);
        pass(4.5);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse(); // it may be late
        pass(0.1);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    /** Such as a HAProxy with two backends, whose probes cannot be told apart. */
    @Test
    void twoWhoLookInPairsHaveToSeeItThreeTimesEach() {
        for (int i = 0; i < 3; i++) {
            pass(1.995);
            look("haproxy", 0, true);
            look("haproxy", 0.005, true);
        }
        pass(1.9);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse(); // both will come again
        pass(0.095);
        for (int i = 0; i < 2; i++) {
            look("haproxy", 0, false);
            look("haproxy", 0.005, false);
            pass(1.995);
            assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
        }
        look("haproxy", 0, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse(); // but of the second one
        look("haproxy", 0.005, false);
        pass(0.095);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void twoLooksInARowAreNoPromiseOfThePace() {
        look("haproxy", 0.005, true, true);
        pass(4);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
        pass(0.6);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void thoseOfOneAddressAreToldApartByPortAndAgent() {
        for (boolean green : new boolean[] {true, true, false, false, false}) {
            pass(2);
            traffic.onProbe(new Traffic.ProbeClient("10.0.0.1", 8080, null), green);
            if (green) {
                traffic.onProbe(new Traffic.ProbeClient("10.0.0.1", 8081, null), true);
                traffic.onProbe(new Traffic.ProbeClient("10.0.0.1", 8080, "curl"), true);
            }
        }
        pass(0.1);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue(); // the others have gone
        traffic.onProbe(new Traffic.ProbeClient("10.0.0.1", 8081, null), false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
    }

    @Test
    void remembersTheOnesThatLookedLast() {
        for (int i = 0; i < 200; i++) {
            traffic.onProbe(who("stranger " + i), true);
            traffic.onProbe(who("haproxy"), true);
            pass(1);
        }
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
    }

    /** Such as a probe of every ten seconds: a drain would last its whole bound, and that probe knows no more. */
    @Test
    void whoseLooksAreTooFarApartIsNotWaitedFor() {
        look("slow", 10, true, true, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
        assertThat(traffic.allProbesHaveSeenNotReady(Duration.ofSeconds(20))).isFalse();
    }

    /** Such as a balancer that was reloaded, or whose machine stood still: to stop under its requests is worse than to wait. */
    @Test
    void whoPausesOnceOrTwiceIsNoSlowOne() {
        look("haproxy", 2, true, true, true);
        look("haproxy", 10, true, true);
        look("haproxy", 2, true);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isFalse();
        look("haproxy", 2, false, false, false, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue(); // within the time of a drain
    }

    @Test
    void aSlowOneWhoLooksAgainAtOnceIsNotWaitedForEither() {
        look("slow", 30, true, true, true, true, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
        look("slow", 1, false, false);
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }

    @Test
    void twoSlowOnesWhoLookInPairsAreNotWaitedForEither() {
        for (int i = 0; i < 3; i++) {
            look("slow", 9.995, true);
            look("slow", 0.005, true);
        }
        assertThat(traffic.allProbesHaveSeenNotReady(LONG)).isTrue();
    }
}
