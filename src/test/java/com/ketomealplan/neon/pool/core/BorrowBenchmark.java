package com.ketomealplan.neon.pool.core;

import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
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
 * What a request pays for a connection that the pool already has, and for a statement on it, beside two other pools: the time, and the bytes
 * it allocates, by one thread and by eight. Run by hand:
 * {@code mvn -B -q test-compile exec:exec -Dbenchmark=pool.core.BorrowBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BorrowBenchmark {

    /** As many as there are threads: nobody waits for another one. */
    private static final int CONNECTIONS = 8;

    @Param({"POOLED", "HIKARI", "AGROAL"})
    public String pool;

    private DataSource source;

    public static void main(String[] arguments) throws RunnerException {
        for (int threads : new int[] {1, CONNECTIONS}) {
            new Runner(new OptionsBuilder()
                            .include(BorrowBenchmark.class.getName())
                            .threads(threads)
                            .addProfiler(GCProfiler.class)
                            .build())
                    .run();
        }
    }

    @Setup
    public void openAll() throws SQLException {
        TestDatabase database = TestDatabase.empty();
        source = pool.equals("POOLED")
                ? asInAUnitOfWork(database)
                : JdbcContract.Source.valueOf(pool).open(database, CONNECTIONS);
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            all.add(source.getConnection());
        }
        for (Connection connection : all) {
            connection.close();
        }
    }

    /** Where the sessions have the deadline's timeout, so that a transaction does not set one. */
    private static DataSource asInAUnitOfWork(TestDatabase database) {
        return new ConnectionPool(
                "benchmark",
                new WakeGate(Connectors.to(database.endpoint()).withSessionTimeout(TestPools.HOUR)),
                Retention.pooled(CONNECTIONS, 0, TestPools.HOUR, TestPools.HOUR),
                new QueueLimits(TestPools.LONG, CONNECTIONS),
                TestPools.LONG,
                TestPools.HOUR);
    }

    @TearDown
    public void close() throws Exception {
        JdbcContract.close(source);
    }

    @Benchmark
    public void borrowAndReturn() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.isClosed(); // whoever borrows also uses it
        }
    }

    @Benchmark
    public void select() throws SQLException {
        try (Connection connection = source.getConnection()) {
            executeSelect(connection);
        }
    }

    @Benchmark
    public void selectAndCommit() throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            executeSelect(connection);
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private static void executeSelect(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT 1")) {
            statement.execute();
        }
    }
}
