package com.ketomealplan.neon;

import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.Pool;
import io.dropwizard.lifecycle.Managed;
import jakarta.validation.Validator;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that is opened while the service starts, if the settings say so, so that a sleeping compute wakes meanwhile. It is
 * returned to the pool when the service has started, because listeners of the pool are registered until then; what the gate has met before
 * the bundle runs is in no metric. A pool that keeps connections lends it to the first request. If it cannot be opened, the service starts
 * all the same, and the first request gets the failure.
 *
 * <p>It is asked for by {@link #open}; within {@link #openEarlyIn} as soon as the configuration was read and the settings of the
 * database are found valid, while those of the server and of logging are still being validated.
 *
 * @param <T> the configuration
 */
final class StartupConnection<T> implements Managed {

    private static final Logger LOG = LoggerFactory.getLogger(StartupConnection.class);

    /** Its name in the ledger. */
    private static final String PURPOSE = "start";

    private static final Executor OWN_THREAD = task -> {
        Thread thread = new Thread(task, "connect-at-start");
        thread.setDaemon(true);
        thread.start();
    };

    private final Function<T, NeonDataSourceFactory> settings;
    private final String pool;
    private final CountDownLatch started = new CountDownLatch(1);
    private final AtomicBoolean requested = new AtomicBoolean();
    private boolean mayOpenEarly;
    private Early<T> early;

    /** What was opened for a configuration before the bundle runs with it. */
    private record Early<T>(T configuration, CompletableFuture<DatabaseAccess> access) {

        Optional<DatabaseAccess> join() {
            try {
                return Optional.of(access.join());
            } catch (CompletionException e) { // the bundle tries again, and throws
                LOG.debug("Nothing was opened while the configuration was read", e);
                return Optional.empty();
            }
        }
    }

    /**
     * @param settings returns those of the database
     * @param pool the name of the pool
     */
    StartupConnection(Function<T, NeonDataSourceFactory> settings, String pool) {
        this.settings = settings;
        this.pool = pool;
    }

    /** Runs the command that starts the server. If it fails, what was opened is closed. */
    void openEarlyIn(Callable<Void> command) throws Exception {
        mayOpenEarly = true;
        boolean started = false;
        try {
            command.call();
            started = true;
        } finally {
            mayOpenEarly = false;
            if (!started) {
                close();
            }
        }
    }

    /**
     * Begins to open, if that is wanted and the settings of the database are valid. To be called when a configuration was read without a
     * mistake, before all of it is validated.
     */
    void onRead(T configuration, Validator validator) {
        if (!mayOpenEarly || early != null) {
            return;
        }
        NeonDataSourceFactory factory = settings.apply(configuration);
        boolean wanted = factory.connectAtStart()
                && factory.migrateAtStart()
                        == MigrateAtStart.FALSE // which connects anyway, and may change what a session begins with
                && !factory.usesEmbedded();
        if (wanted && validator.validate(factory).isEmpty()) {
            early = new Early<>(configuration, CompletableFuture.supplyAsync(() -> opened(factory), OWN_THREAD));
        }
    }

    private DatabaseAccess opened(NeonDataSourceFactory factory) {
        DatabaseAccess access = DatabaseAccess.open(factory, pool);
        open(access);
        return access;
    }

    /** Returns what was opened since this configuration was read; its caller stops it, if the service starts. Blocks while it opens. */
    Optional<DatabaseAccess> access(T configuration) {
        return early != null && early.configuration == configuration ? early.join() : Optional.empty();
    }

    private void close() {
        start();
        if (early != null) {
            early.join().ifPresent(DatabaseAccess::stop);
        }
    }

    /** Asks for it, unless that was done before or is not wanted. Does not block. */
    void open(DatabaseAccess access) {
        if (access.settings().connectAtStart() && requested.compareAndSet(false, true)) {
            OWN_THREAD.execute(() -> hold(access.pool()));
        }
    }

    /** Returns whether it was asked for. */
    boolean isRequested() {
        return requested.get();
    }

    private void hold(Pool from) {
        try {
            Purpose.within(PURPOSE, () -> {
                try (Connection held = from.getConnection()) {
                    started.await();
                    LOG.debug("Returning {}", held);
                }
                return null;
            });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.debug("No connection at the start", e);
        }
    }

    /** Returns the connection to its pool. */
    @Override
    public void start() {
        started.countDown();
    }
}
