package com.ketomealplan.neon.gate;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/** The threads on which connections are opened and closed: one for each, none while there is nothing to do. Thread-safe. */
final class GateThreads {

    private final Connector connector;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final BiConsumer<ConnectAttempt, PhysicalConnection> succeeded;
    private final BiConsumer<ConnectAttempt, SQLException> failed;
    private final Executor executor;

    /**
     * @param executor runs each attempt on a thread of its own
     * @param succeeded is called with the connection, never on the thread that has begun the attempt
     * @param failed is called with the failure, never on that thread either
     */
    GateThreads(
            Connector connector,
            Executor executor,
            BiFunction<Duration, Runnable, Future<?>> timer,
            BiConsumer<ConnectAttempt, PhysicalConnection> succeeded,
            BiConsumer<ConnectAttempt, SQLException> failed) {
        this.connector = connector;
        this.timer = timer;
        this.succeeded = succeeded;
        this.failed = failed;
        this.executor = executor;
    }

    /** Returns an executor that starts a thread for a task if none is idle, and ends threads that are idle for a second. */
    static Executor newExecutor() {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "database-opener-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Runs another task that may block. */
    void execute(Runnable task) {
        executor.execute(task);
    }

    void begin(ConnectAttempt attempt, Duration atMost) {
        try {
            executor.execute(() -> open(attempt, atMost));
        } catch (RuntimeException | OutOfMemoryError e) { // no thread could be started
            SQLException reason = new SQLException("no thread to open a connection: " + e, e);
            timer.apply(Duration.ZERO, () -> failed.accept(attempt, reason));
        }
    }

    /** Closes a connection, and then calls back; on the calling thread if no other can be started. */
    void close(PhysicalConnection connection, Runnable closed) {
        Runnable task = () -> {
            try {
                connection.close();
            } finally {
                closed.run();
            }
        };
        try {
            executor.execute(task);
        } catch (RuntimeException | OutOfMemoryError e) {
            task.run();
        }
    }

    private void open(ConnectAttempt attempt, Duration atMost) {
        PhysicalConnection connection;
        try {
            connection = connector.open(atMost, attempt);
        } catch (SQLException e) {
            failed.accept(attempt, e);
            return;
        } catch (RuntimeException | Error e) {
            failed.accept(attempt, new SQLException("opening a connection failed: " + e, e));
            throw e;
        }
        succeeded.accept(attempt, connection); // whose exceptions are no failure to connect
    }
}
