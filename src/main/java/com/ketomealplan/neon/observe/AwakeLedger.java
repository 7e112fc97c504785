package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.gate.GateListener;
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
 * Records how long this process has kept the compute awake, by unit of work. A use keeps it awake for its own time and for the suspend time
 * after it; the time between two uses is credited to the first one. Days are those of UTC.
 *
 * <p>The suspend time is configured, and corrected by observation: a log-in that takes as long as a wake, after a shorter idle
 * time, shows that it is shorter; a fast one after a longer idle time shows that the compute is kept awake by others too, or never
 * suspends. Thread-safe.
 */
public final class AwakeLedger implements GateListener, PoolListener {

    private static final Logger LOG = LoggerFactory.getLogger(AwakeLedger.class);

    /** The name of uses without a purpose. */
    static final String OTHERS = "other";

    /** The shortest suspend time on Neon. */
    private static final Duration SHORTEST_WAIT = Duration.ofMinutes(1);

    /** Only the first of the uses within this time is recorded, so that a busy service pays little. */
    private static final Duration RESOLUTION = Duration.ofMillis(10);

    /** A use that ends so long before the last one shows that the clock was set back. */
    private static final Duration STEP = Duration.ofSeconds(1);

    private final Clock clock;
    private final boolean sleeps;
    private final Optional<Double> computeUnits;

    private final Map<String, Account> accounts = new HashMap<>();
    private Duration suspendAfter;
    private LocalDate day;
    private Instant creditedUntil = Instant.MIN;
    private Instant usedUntil = Instant.MIN;
    private Account holder;
    private int awakeWithoutUse;

    /** When a use was last recorded. */
    private volatile long writtenMillis;

    private static final class Account {
        private final String who;
        private final RegularInterval interval = new RegularInterval();
        private Duration today = Duration.ZERO;
        private Duration total = Duration.ZERO;
        private long uses;
        private Optional<Duration> warnedOf = Optional.empty();

        Account(String who) {
            this.who = who;
        }
    }

    /**
     * The share of one name.
     *
     * @param today since midnight
     * @param total since the process started
     * @param uses the recorded uses of today
     */
    public record Share(String who, Duration today, Duration total, long uses) {}

    /**
     * A snapshot of the ledger.
     *
     * @param awake the time kept awake by this process, since midnight
     * @param computeHours the same in the unit that Neon bills, if the compute's size is known
     * @param awakeUntil when the compute may suspend, as far as this process is concerned; empty if that has passed
     * @param shares the shares, largest first
     * @param warnings the warnings of uses that keep the compute awake needlessly
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
     * @param suspendAfter how long the compute is idle before it suspends
     * @param computeUnits its size, if known
     * @param sleeps whether the database is a compute that suspends
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
        if (Math.abs(now - writtenMillis) >= RESOLUTION.toMillis() || time.compareTo(RESOLUTION) >= 0) {
            writtenMillis = now;
            onUse(Purpose.current().orElse(OTHERS), time, now);
        }
    }

    /** Records the use of a connection that has just ended. */
    public void onUse(String who, Duration time) {
        onUse(who, time, clock.millis());
    }

    private void onUse(String who, Duration time, long now) {
        Instant end = Instant.ofEpochMilli(now);
        write(who, end.minus(time), end).ifPresent(LOG::warn);
    }

    /** Records a use, and returns a new warning, if there is one. */
    private synchronized Optional<String> write(String who, Instant begin, Instant end) {
        if (clock.instant().plus(STEP).isBefore(usedUntil)) { // it was set back
            creditedUntil = begin;
            usedUntil = begin;
            if (today(begin).isBefore(day)) {
                begin(today(begin));
            }
        }
        creditUntil(begin);
        Account account = accounts.computeIfAbsent(who, Account::new);
        account.uses++;
        holder = account;
        creditedUntil = begin.isAfter(creditedUntil) ? begin : creditedUntil;
        usedUntil = end.isAfter(usedUntil) ? end : usedUntil;
        Optional<Duration> period = account.interval.record(begin).filter(pause -> pause.compareTo(suspendAfter) < 0);
        if (period.isEmpty() || account.warnedOf.isPresent()) {
            return Optional.empty();
        }
        account.warnedOf = period;
        return sleeps ? Optional.of(warning(account)) : Optional.empty();
    }

    private String warning(Account account) {
        return "%s uses the database every %d s, and the compute sleeps after %d s: this alone keeps it awake"
                .formatted(account.who, account.warnedOf.orElseThrow().toSeconds(), suspendAfter.toSeconds());
    }

    /** Credits the time until then to the last holder. Called with the lock held. */
    private void creditUntil(Instant now) {
        if (holder != null) {
            Instant awakeUntil = usedUntil.plus(suspendAfter);
            Instant end = now.isBefore(awakeUntil) ? now : awakeUntil;
            for (LocalDate next = day.plusDays(1); end.isAfter(startOf(next)); next = next.plusDays(1)) {
                credit(startOf(next));
                begin(next);
            }
            credit(end);
        }
        if (today(now).isAfter(day)) {
            begin(today(now));
        }
    }

    private static Instant startOf(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
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
        Instant midnight = startOf(next);
        creditedUntil = creditedUntil.isBefore(midnight) ? midnight : creditedUntil;
        accounts.values().forEach(account -> {
            account.today = Duration.ZERO;
            account.uses = 0;
            account.warnedOf = Optional.empty();
        });
    }

    /** Compares the idle time before an opening with the suspend time. */
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
                    "Compute slept after {} idle s, sooner than configured ({} s)",
                    silence.toSeconds(),
                    suspendAfter.toSeconds());
            suspendAfter = silence;
        } else if (!slept && silence.compareTo(suspendAfter) > 0) {
            awakeWithoutUse++;
        }
    }

    /** Returns a snapshot. */
    public synchronized Page page() {
        Instant now = clock.instant();
        creditUntil(now);
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
        if (awakeWithoutUse > 0) {
            warnings.add(
                    ("Compute was awake %d times although this process had not used it for %d s: others use it too,"
                                    + " it sleeps later than configured, or it never sleeps")
                            .formatted(awakeWithoutUse, suspendAfter.toSeconds()));
        }
        return warnings;
    }
}
