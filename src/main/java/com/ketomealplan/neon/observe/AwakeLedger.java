package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.GateListener;
import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.pool.PoolListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long this process has held the compute awake, and for whom. Each use holds it for its own time and for as long after
 * it as the compute waits before it sleeps; of two uses, the time between them is the first one's. Days are those of UTC.
 *
 * <p>How long the compute waits is configured, and corrected by what is seen at no cost: a log-in that takes a wake's time
 * after a shorter silence tells that it waits less; a quick one after a longer silence, that it is held awake by others too, or
 * never sleeps. Thread-safe.
 */
public final class AwakeLedger implements GateListener, PoolListener {

    private static final Logger LOG = LoggerFactory.getLogger(AwakeLedger.class);

    /** For uses that nobody has given a name. */
    static final String OTHERS = "other";

    /** Neon has no computes that wait less. */
    private static final Duration SHORTEST_WAIT = Duration.ofMinutes(1);

    /** Of the uses within it the first one stands for all: that is exact enough, and costs a busy service next to nothing. */
    private static final Duration GRAIN = Duration.ofMillis(10);

    private final Clock clock;
    private final boolean sleeps;
    private final Optional<Double> computeUnits;

    private final Map<String, Account> accounts = new HashMap<>();
    private Duration suspendAfter;
    private LocalDate day;
    private Instant creditedUntil = Instant.MIN;
    private Instant usedUntil = Instant.MIN;
    private Account holder;
    private int heldByOthers;

    /** When a use was last written down. */
    private volatile long writtenMillis;

    private static final class Account {
        private final String who;
        private final Rhythm rhythm = new Rhythm();
        private Duration today = Duration.ZERO;
        private Duration total = Duration.ZERO;
        private long uses;
        private Optional<Duration> warnedOf = Optional.empty();

        Account(String who) {
            this.who = who;
        }
    }

    /**
     * What one name stands for.
     *
     * @param today since midnight
     * @param total since the process started
     * @param uses today that were written down
     */
    public record Share(String who, Duration today, Duration total, long uses) {}

    /**
     * What the ledger says.
     *
     * @param awake by this process, since midnight
     * @param computeHours the same in the unit that Neon bills, if the compute's size is known
     * @param awakeUntil when the compute may sleep, as far as this process is concerned; empty if that is past
     * @param shares the largest first
     * @param warnings of what keeps it awake without need
     */
    public record Page(
            LocalDate day,
            Duration awake,
            Optional<Double> computeUnits,
            Optional<Double> computeHours,
            Duration suspendAfter,
            Optional<Instant> awakeUntil,
            List<Share> shares,
            List<String> warnings) {}

    /**
     * @param suspendAfter how long the compute is unused before it sleeps
     * @param computeUnits its size, if known
     * @param sleeps whether the database is one that does
     */
    public AwakeLedger(Clock clock, Duration suspendAfter, Optional<Double> computeUnits, boolean sleeps) {
        this.clock = clock;
        this.suspendAfter = suspendAfter;
        this.computeUnits = computeUnits;
        this.sleeps = sleeps;
        this.day = today(clock.instant());
    }

    private static LocalDate today(Instant now) {
        return now.atZone(ZoneOffset.UTC).toLocalDate();
    }

    @Override
    public void onReturned(Duration time) {
        long now = clock.millis();
        if (now - writtenMillis >= GRAIN.toMillis() || time.compareTo(GRAIN) >= 0) {
            writtenMillis = now;
            used(Purpose.current().orElse(OTHERS), time, now);
        }
    }

    /** Somebody is done with a connection that he has had for so long. */
    public void used(String who, Duration time) {
        used(who, time, clock.millis());
    }

    private void used(String who, Duration time, long now) {
        Instant end = Instant.ofEpochMilli(now);
        write(who, end.minus(time), end).ifPresent(LOG::warn);
    }

    /** @return a warning, if there is a new one */
    private synchronized Optional<String> write(String who, Instant begin, Instant end) {
        settle(begin);
        Account account = accounts.computeIfAbsent(who, Account::new);
        account.uses++;
        holder = account;
        creditedUntil = begin.isAfter(creditedUntil) ? begin : creditedUntil;
        usedUntil = end.isAfter(usedUntil) ? end : usedUntil;
        Optional<Duration> period = account.rhythm.beat(begin).filter(pause -> pause.compareTo(suspendAfter) < 0);
        if (period.isEmpty() || account.warnedOf.isPresent()) {
            return Optional.empty();
        }
        account.warnedOf = period;
        return sleeps ? Optional.of(warning(account)) : Optional.empty();
    }

    private String warning(Account account) {
        return "%s uses the database every %d s, and the compute sleeps after %d s: it is kept awake by that alone"
                .formatted(account.who, account.warnedOf.orElseThrow().toSeconds(), suspendAfter.toSeconds());
    }

    /** Gives the time up to then to who has held the compute last. Called with the lock held. */
    private void settle(Instant now) {
        if (holder != null) {
            Instant awakeUntil = usedUntil.plus(suspendAfter);
            Instant end = now.isBefore(awakeUntil) ? now : awakeUntil;
            Instant midnight = day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            if (end.isAfter(midnight)) {
                credit(midnight);
                begin(today(now));
            }
            credit(end);
        }
        if (today(now).isAfter(day)) {
            begin(today(now));
        }
    }

    private void credit(Instant end) {
        if (end.isAfter(creditedUntil)) {
            Duration time = Duration.between(creditedUntil, end);
            holder.today = holder.today.plus(time);
            holder.total = holder.total.plus(time);
            creditedUntil = end;
        }
    }

    private void begin(LocalDate next) {
        day = next;
        Instant midnight = next.atStartOfDay(ZoneOffset.UTC).toInstant();
        creditedUntil = creditedUntil.isBefore(midnight) ? midnight : creditedUntil;
        accounts.values().forEach(account -> {
            account.today = Duration.ZERO;
            account.uses = 0;
            account.warnedOf = Optional.empty();
        });
    }

    /** A connection is opened by somebody who will use it; so far it only tells whether the compute slept. */
    @Override
    public synchronized void onOpened(OpeningTimes times) {
        if (!sleeps || holder == null) {
            return;
        }
        Instant begun = clock.instant().minus(times.total());
        Duration silence = Duration.between(usedUntil, begun);
        boolean slept =
                times.phases().getOrDefault(Phase.LOGIN, Duration.ZERO).compareTo(DatabaseState.LONG_LOGIN) >= 0;
        if (slept && silence.compareTo(SHORTEST_WAIT) >= 0 && silence.compareTo(suspendAfter) < 0) {
            LOG.info(
                    "The compute slept after {} s without use, sooner than configured ({} s)",
                    silence.toSeconds(),
                    suspendAfter.toSeconds());
            suspendAfter = silence;
        } else if (!slept && silence.compareTo(suspendAfter) > 0) {
            heldByOthers++;
        }
    }

    /** What is known now. */
    public synchronized Page page() {
        Instant now = clock.instant();
        settle(now);
        List<Share> shares = accounts.values().stream()
                .map(account -> new Share(account.who, account.today, account.total, account.uses))
                .sorted(Comparator.comparing(Share::today).reversed())
                .toList();
        Duration awake = shares.stream().map(Share::today).reduce(Duration.ZERO, Duration::plus);
        Optional<Instant> awakeUntil = Optional.ofNullable(holder)
                .map(any -> usedUntil.plus(suspendAfter))
                .filter(now::isBefore);
        return new Page(
                day,
                awake,
                computeUnits,
                computeUnits.map(
                        units -> units * awake.toMillis() / Duration.ofHours(1).toMillis()),
                suspendAfter,
                awakeUntil,
                shares,
                warnings());
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (sleeps) {
            accounts.values().stream()
                    .filter(account -> account.warnedOf.isPresent())
                    .map(this::warning)
                    .forEach(warnings::add);
        }
        if (heldByOthers > 0) {
            warnings.add(
                    ("The compute was awake %d times although this process had not used it for %d s: others use it too,"
                                    + " it waits longer than configured, or it never sleeps")
                            .formatted(heldByOthers, suspendAfter.toSeconds()));
        }
        return warnings;
    }
}
