package com.ketomealplan.neon.web;

import com.ketomealplan.neon.failure.Failure;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.jetty.util.component.LifeCycle;

/** Installs the layer's filters, features and exception mappers in a service. */
public final class RequestHandling {

    private RequestHandling() {}

    /**
     * @param units invokes resource methods
     * @param failures is called for each unit of work that has failed
     */
    public static void install(
            Environment environment, UnitOfWorkFeature units, ServerTiming timing, Consumer<Failure> failures) {
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(units);
        jersey.register(new DatabaseFailureMapper.OfJdbi(failures));
        jersey.register(new DatabaseFailureMapper.OfSql(failures));
        jersey.register(timing);
        FilterRegistration.Dynamic leakGuard =
                environment.servlets().addFilter("leak-guard", new LeakDetectionFilter());
        leakGuard.setAsyncSupported(true);
        leakGuard.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
    }

    /**
     * Runs an action after the end of the server and of all that it manages: also when its start fails, and what it manages was
     * never started, or when there is no server because the start has failed before: then at the end of the JVM.
     */
    public static void afterwards(Environment environment, Runnable last) {
        AtomicBoolean done = new AtomicBoolean();
        Runnable once = () -> {
            if (done.compareAndSet(false, true)) {
                last.run();
            }
        };
        Thread withoutServer = new Thread(once, "database-close");
        Runtime.getRuntime().addShutdownHook(withoutServer);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarted(LifeCycle server) {
                try {
                    Runtime.getRuntime().removeShutdownHook(withoutServer); // Jetty's stops a server that has started
                } catch (IllegalStateException e) {
                    // the JVM ends at this moment
                }
            }

            @Override
            public void lifeCycleStopped(LifeCycle server) {
                once.run();
            }
        });
    }
}
