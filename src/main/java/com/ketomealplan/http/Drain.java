package com.ketomealplan.http;

import io.dropwizard.core.setup.Environment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.ShutdownThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes between SIGTERM and the server's stop, so that nobody's request meets a closed door. First the instance is no
 * longer ready, and serves on: whoever balances the load takes it out, and every answer ends its connection. Then it takes
 * no new connections, and serves the ones it has. After that the server stops, and waits for the requests that still run.
 */
final class Drain extends AbstractLifeCycle implements Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** For the requests of connections that were just taken. */
    private static final Duration LAST_REQUESTS = Duration.ofMillis(250);

    private final Duration time;
    private Server server;
    private volatile boolean draining;

    private Drain(Duration time) {
        this.time = time;
    }

    /**
     * @param time for which the instance serves on although it is not ready
     */
    static Drain install(Environment environment, Duration time) {
        Drain drain = new Drain(time);
        environment
                .servlets()
                .addFilter("drain", drain.new ConnectionsEnd())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment.lifecycle().addServerLifecycleListener(drain::precede);
        return drain;
    }

    private void precede(Server stopped) {
        server = stopped;
        LifeCycle.start(this);
        ShutdownThread.register(0, this); // the first to be stopped; the server itself is among the others
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle stopping) {
                ShutdownThread.deregister(Drain.this);
            }
        });
    }

    @Override
    protected void doStop() throws InterruptedException {
        draining = true;
        LOG.info("Stopping: not ready any more, and serving on for {} ms", time.toMillis());
        Thread.sleep(time.toMillis());
        applicationConnectors().forEach(NetworkConnector::close);
        Thread.sleep(LAST_REQUESTS.toMillis());
    }

    private Stream<NetworkConnector> applicationConnectors() {
        return Stream.of(server.getConnectors())
                .filter(connector -> !"admin".equals(connector.getName()))
                .filter(NetworkConnector.class::isInstance)
                .map(NetworkConnector.class::cast);
    }

    @Override
    public String component() {
        return "server";
    }

    @Override
    public String inWords() {
        return draining ? "draining" : "serving";
    }

    @Override
    public Optional<String> obstacle() {
        return draining ? Optional.of("This instance is stopping.") : Optional.empty();
    }

    private final class ConnectionsEnd implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (draining) {
                ((HttpServletResponse) response).setHeader(HttpHeader.CONNECTION.asString(), "close");
            }
            chain.doFilter(request, response);
        }
    }
}
