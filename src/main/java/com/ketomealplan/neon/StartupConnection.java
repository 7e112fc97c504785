package com.ketomealplan.neon;

import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.migration.MigrateAtStart;
import com.ketomealplan.neon.pool.Pool;
import io.dropwizard.configuration.ConfigurationFactoryFactory;
import io.dropwizard.lifecycle.Managed;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import jakarta.validation.executable.ExecutableValidator;
import jakarta.validation.metadata.BeanDescriptor;
import java.sql.Connection;
import java.util.Optional;
import java.util.Set;
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
 * returned to the pool when the service has started, because listeners of the pool are registered until then. A pool that keeps
 * connections lends it to the first request. If it cannot be opened, the service starts all the same, and the first request gets the
 * failure.
 *
 * <p>It is asked for by {@link #open}; or sooner, by {@link #openWhileReading}: once the settings of the database are known to be
 * valid, while those of the server and of logging are still being validated.
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
    private Early<T> early;

    /** What was opened for a configuration before the bundle runs with it. */
    private record Early<T>(T configuration, CompletableFuture<Optional<DatabaseAccess>> access) {

        Optional<DatabaseAccess> join() {
            try {
                return access.join();
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

    /** Returns factories that ask for the connection as soon as they have read a configuration that wants it. */
    ConfigurationFactoryFactory<T> openWhileReading(ConfigurationFactoryFactory<T> factories) {
        return (type, validator, mapper, prefix) ->
                factories.create(type, new Observing(validator, type), mapper, prefix);
    }

    private void onRead(T configuration, Validator validator) {
        if (early == null) {
            early = new Early<>(
                    configuration,
                    CompletableFuture.supplyAsync(() -> openIfWanted(configuration, validator), OWN_THREAD));
        }
    }

    private Optional<DatabaseAccess> openIfWanted(T configuration, Validator validator) {
        NeonDataSourceFactory factory = settings.apply(configuration);
        boolean wanted = factory.connectAtStart()
                && factory.migrateAtStart()
                        == MigrateAtStart.FALSE // which connects anyway, and may change what a session begins with
                && validator.validate(factory).isEmpty()
                && !factory.usesEmbedded();
        if (!wanted) {
            return Optional.empty();
        }
        DatabaseAccess access = DatabaseAccess.open(factory, pool);
        open(access);
        return Optional.of(access);
    }

    /** Returns what was opened while this configuration was read, once; its caller is to stop it. */
    Optional<DatabaseAccess> take(T configuration) {
        return early != null && early.configuration == configuration ? takeEarly() : Optional.empty();
    }

    private Optional<DatabaseAccess> takeEarly() {
        Early<T> taken = early;
        early = null;
        return taken == null ? Optional.empty() : taken.join();
    }

    /** Closes what was opened early, if nothing has taken it: the start has failed. */
    void closeUntaken() {
        takeEarly().ifPresent(access -> {
            start();
            access.stop();
        });
    }

    /** Asks for it, unless that was done before or is not wanted. Does not block. */
    void open(DatabaseAccess access) {
        if (access.settings().connectAtStart() && requested.compareAndSet(false, true)) {
            OWN_THREAD.execute(() -> hold(access.pool()));
        }
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

    /** Validates as another one does, and tells of the configuration before. */
    private final class Observing implements Validator {

        private final Validator validator;
        private final Class<T> type;

        Observing(Validator validator, Class<T> type) {
            this.validator = validator;
            this.type = type;
        }

        @Override
        public <O> Set<ConstraintViolation<O>> validate(O object, Class<?>... groups) {
            if (type.isInstance(object)) {
                onRead(type.cast(object), validator);
            }
            return validator.validate(object, groups);
        }

        @Override
        public <O> Set<ConstraintViolation<O>> validateProperty(O object, String property, Class<?>... groups) {
            return validator.validateProperty(object, property, groups);
        }

        @Override
        public <O> Set<ConstraintViolation<O>> validateValue(
                Class<O> bean, String property, Object value, Class<?>... groups) {
            return validator.validateValue(bean, property, value, groups);
        }

        @Override
        public BeanDescriptor getConstraintsForClass(Class<?> bean) {
            return validator.getConstraintsForClass(bean);
        }

        @Override
        public <O> O unwrap(Class<O> wanted) {
            return validator.unwrap(wanted);
        }

        @Override
        public ExecutableValidator forExecutables() {
            return validator.forExecutables();
        }
    }
}
