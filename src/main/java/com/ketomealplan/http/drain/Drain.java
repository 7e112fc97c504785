package com.ketomealplan.http.drain;

import io.dropwizard.core.setup.Environment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.ShutdownThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains the instance between SIGTERM and the server's stop, so that no request is refused. First the instance is not
 * ready, and keeps serving: load balancers take it out, and every response closes its connection. When no more requests
 * arrive, or after the timeout, it accepts no connections, serves the open ones, and closes idle ones. Then the server stops, and
 * waits for the running requests.
 */
public final class Drain extends AbstractLifeCycle implements Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** The time for requests of connections that were just accepted. */
    private static final Duration LAST_REQUESTS = Duration.ofMillis(500);

    private static final Duration LONGEST_LAST_REQUESTS = Duration.ofSeconds(1);

    /** The least time of running requests, however long the drain took. */
    private static final Duration RUNNING_REQUESTS = Duration.ofSeconds(5);

    /** The paths of readiness probes, which do not count as traffic. */
    private static final Set<String> PROBE_PATHS = Set.of("/readyz", "/health-check");

    private static final Set<String> OTHER_PROBES = Set.of("/livez", "/startupz", "/health");

    /** The kubelet's user agent. Kubernetes removes the endpoint of what it stops, whatever its probe sees: it is not waited for. */
    private static final String KUBELET = "kube-probe/";

    /** The time in which that removal reaches those who send requests. */
    private static final Duration ENDPOINT_REMOVAL = Duration.ofSeconds(5);

    /**
     * The header by which a balancer without readiness probes, such as nginx, asks for a status that means "send this to another
     * instance, and no more to this one". Otherwise it would send requests until a connection is refused. Not 502 or 503, which have
     * other meanings too. A client that sends the header gets this status for nothing else.
     */
    private static final String ELSEWHERE_HEADER = "Drain-Status";

    private static final int ELSEWHERE = 429;

    /** The methods that a balancer retries on another instance. */
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD");

    private final DrainSettings settings;
    private final LongSupplier nanoTime;
    private final Pause pause;
    private final Traffic traffic;
    private Server server;
    private volatile boolean draining;

    /** Sleeps between two checks of the traffic. */
    interface Pause {
        void take() throws InterruptedException;
    }

    Drain(DrainSettings settings, LongSupplier nanoTime, Pause pause) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.traffic = new Traffic(nanoTime);
    }

    /** Installs the drain before the stop of the server, which is created later; returns the readiness of the server. */
    public static Readiness install(Environment environment, DrainSettings settings) {
        if (settings.byOldName()) {
            LOG.warn(
                    "drainTime is the old name of drainTimeout, which is how long the drain may take at most; it ends when"
                            + " nothing arrives any more. Rename it, and give it more time than a balancer needs to see that this"
                            + " instance is not ready (HAProxy's defaults: 6s)");
        }
        Drain drain = new Drain(settings, System::nanoTime, () -> Thread.sleep(20));
        environment
                .servlets()
                .addFilter("drain", drain.new TrafficFilter())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment
                .admin()
                .addFilter("drain", drain.new ReadinessFilter())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment.lifecycle().addServerLifecycleListener(drain::beforeStopOf);
        return drain;
    }

    void beforeStopOf(Server stopped) {
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
        long begun = nanoTime.getAsLong();
        ApplicationConnectors connectors = new ApplicationConnectors(server);
        draining = true;
        LOG.info(
                "Drain started: not ready, serving until no request arrives for {} ms, for {} ms at most",
                settings.quietPeriod().toMillis(),
                settings.timeout().toMillis());
        boolean quiet = await(connectors, settings.quietPeriod(), settings.timeout(), true);
        LOG.info(
                quiet
                        ? "Drain ended after {} ms, no more requests arrive: closing the port"
                        : "Drain ended after {} ms, requests may still arrive: closing the port",
                since(begun).toMillis());
        if (connectors.close()) {
            traffic.onRequest();
        }
        await(connectors, LAST_REQUESTS, LONGEST_LAST_REQUESTS, false);
        connectors.closeIdle();
        // It is counted from the signal on, as an orchestrator counts before it kills
        long left = server.getStopTimeout() - since(begun).toMillis();
        server.setStopTimeout(Math.max(left, RUNNING_REQUESTS.toMillis()));
    }

    Traffic traffic() {
        return traffic;
    }

    /** Waits until no requests arrive; returns false after the timeout. */
    private boolean await(
            ApplicationConnectors connectors, Duration quietPeriod, Duration atMost, boolean untilProbesHaveSeen)
            throws InterruptedException {
        long begun = nanoTime.getAsLong();
        while (true) {
            traffic.connected(connectors.unusedConnections());
            boolean isKnown =
                    !untilProbesHaveSeen || traffic.allProbesHaveSeenNotReady(atMost) && isRemoved(since(begun));
            if (traffic.isQuietFor(quietPeriod) && isKnown) {
                return true;
            }
            if (since(begun).compareTo(atMost) >= 0) {
                return false;
            }
            pause.take();
        }
    }

    private boolean isRemoved(Duration draining) {
        return !traffic.isInKubernetes() || draining.compareTo(ENDPOINT_REMOVAL) >= 0;
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoTime.getAsLong() - nanos);
    }

    @Override
    public String component() {
        return "server";
    }

    @Override
    public String state() {
        return draining ? "draining" : "serving";
    }

    @Override
    public Optional<String> notReadyReason() {
        return draining ? Optional.of("This instance is stopping.") : Optional.empty();
    }

    /** Returns whether this status would make the balancer of this request avoid this instance. */
    public static boolean isElsewhereStatus(HttpServletRequest request, int status) {
        return status == ELSEWHERE && Integer.toString(status).equals(request.getHeader(ELSEWHERE_HEADER));
    }

    private static boolean isReadinessProbe(HttpServletRequest request) {
        return PROBE_PATHS.contains(Probes.path(request));
    }

    private void onProbe(HttpServletRequest request, ServletResponse response) {
        String agent = request.getHeader(HttpHeader.USER_AGENT.asString());
        if (agent != null && agent.startsWith(KUBELET)) {
            traffic.onKubeletProbe();
            return;
        }
        int status = ((HttpServletResponse) response).getStatus();
        traffic.onProbe(
                new Traffic.ProbeClient(request.getRemoteAddr(), request.getLocalPort(), agent),
                status != HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }

    /** Records the requests on the port of the application. */
    private final class TrafficFilter implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            HttpServletRequest httpRequest = (HttpServletRequest) request;
            boolean readinessProbe = isReadinessProbe(httpRequest);
            boolean probe = readinessProbe || OTHER_PROBES.contains(Probes.path(httpRequest));
            if (!probe) {
                traffic.onRequest();
            }
            endConnection(response);
            if (draining && !probe && isRetriedElsewhere(httpRequest)) {
                ((HttpServletResponse) response).sendError(ELSEWHERE);
                return;
            }
            chain.doFilter(request, response);
            endConnection(response); // it may have begun before
            if (readinessProbe) {
                onProbe(httpRequest, response);
            }
        }

        private static boolean isRetriedElsewhere(HttpServletRequest request) {
            return SAFE_METHODS.contains(request.getMethod()) && isElsewhereStatus(request, ELSEWHERE);
        }

        private void endConnection(ServletResponse response) {
            if (draining && !response.isCommitted()) {
                ((HttpServletResponse) response).setHeader(HttpHeader.CONNECTION.asString(), "close");
            }
        }
    }

    private final class ReadinessFilter implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(request, response);
            if (isReadinessProbe((HttpServletRequest) request)) {
                onProbe((HttpServletRequest) request, response);
            }
        }
    }
}
