package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * What a request pays for a connection that the pool already has: its time, and the bytes it allocates. Run by hand:
 * {@code mvn -B -q test-compile exec:exec -Dbenchmark=pool.core.BorrowBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BorrowBenchmark {

    private static final Duration HOUR = Duration.ofHours(1);

    private Pool pool;

    public static void main(String[] arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(BorrowBenchmark.class.getName())
                        .addProfiler(GCProfiler.class)
                        .build())
                .run();
    }

    @Setup
    public void openOne() throws SQLException {
        WakeGate gate = new WakeGate(TestDatabase.empty().connector());
        pool = new ConnectionPool(
                "benchmark",
                gate,
                Retention.pooled(1, 0, HOUR, HOUR),
                new QueueLimits(HOUR, 2),
                HOUR,
                Duration.ofHours(1));
        pool.getConnection().close();
    }

    @TearDown
    public void stop() {
        pool.stop();
    }

    @Benchmark
    public void borrowAndReturn() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            connection.isClosed(); // whoever borrows also uses it
        }
    }
}
