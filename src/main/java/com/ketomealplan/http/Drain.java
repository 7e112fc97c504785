package com.ketomealplan.http;

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
 * What comes between SIGTERM and the server's stop, so that nobody's request meets a closed door. First the instance is no
 * longer ready, and serves on: whoever balances the load takes it out, and every answer ends its connection. When nothing
 * arrives any more, or the time is up, it takes no new connections, serves the ones it has, and ends those that ask for
 * nothing. After that the server stops, and waits for the requests that still run.
 */
final class Drain extends AbstractLifeCycle implements Readiness {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    /** For the requests of connections that were just taken. */
    private static final Duration LAST_REQUESTS = Duration.ofMillis(500);

    private static final Duration LONGEST_LAST_REQUESTS = Duration.ofSeconds(1);

    /** What running requests have at least, however long the drain took. */
    private static final Duration RUNNING_REQUESTS = Duration.ofSeconds(5);

    /** Where it is seen whether the instance is ready, and what else is no traffic that a balancer sends. */
    private static final Set<String> LOOKS = Set.of("/readyz", "/health-check");

    private static final Set<String> OTHER_PROBES = Set.of("/livez", "/startupz", "/health");

    /** Kubernetes has taken out what it stops, whatever its probe sees of it. */
    private static final String KUBELET = "kube-probe/";

    /**
     * By which a balancer says that it takes this status for "ask another instance, and leave this one alone", as nginx does if
     * told to. It looks at nobody's readiness, and would send on until a connection is refused: too late for who has just got
     * one. Not 502 or 503, which others say too, of all instances. Who says so is given this status for nothing else.
     */
    private static final String ELSEWHERE_HEADER = "Drain-Status";

    private static final int ELSEWHERE = 429;

    /** What a balancer sends to another instance after it was sent to this one. */
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD");

    private final DrainSettings settings;
    private final LongSupplier nanoTime;
    private final Pause pause;
    private final Traffic traffic;
    private Server server;
    private volatile boolean draining;

    /** Between two looks at the traffic. */
    interface Pause {
        void take() throws InterruptedException;
    }

    Drain(DrainSettings settings, LongSupplier nanoTime, Pause pause) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.traffic = new Traffic(nanoTime);
    }

    /** Has it come before the end of the server that will be made. */
    static Drain install(Environment environment, DrainSettings settings) {
        if (settings.byOldName()) {
            LOG.warn(
                    "drainTime is the old name of drainTimeout, which is how long the drain may take at most; it ends when"
                            + " nothing arrives any more. Rename it, and give it more time than a balancer needs to see that this"
                            + " instance is not ready (HAProxy's defaults: 6s)");
        }
        Drain drain = new Drain(settings, System::nanoTime, () -> Thread.sleep(20));
        environment
                .servlets()
                .addFilter("drain", drain.new Arrivals())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment
                .admin()
                .addFilter("drain", drain.new Looks())
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        environment.lifecycle().addServerLifecycleListener(drain::precede);
        return drain;
    }

    void precede(Server stopped) {
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
        Doors doors = new Doors(server);
        draining = true;
        LOG.info(
                "Stopping: not ready any more, and serving on until nothing arrives for {} ms, for {} ms at most",
                settings.quietPeriod().toMillis(),
                settings.timeout().toMillis());
        boolean quiet = await(doors, settings.quietPeriod(), settings.timeout(), true);
        LOG.info(
                quiet
                        ? "Nothing arrives any more after {} ms; closing the port"
                        : "Requests still arrive, or may, after {} ms; closing the port, so that they are sent elsewhere",
                since(begun).toMillis());
        if (doors.close()) {
            traffic.requested();
        }
        await(doors, LAST_REQUESTS, LONGEST_LAST_REQUESTS, false);
        doors.hangUp();
        // It is counted from the signal on, as an orchestrator counts before it kills
        long left = server.getStopTimeout() - since(begun).toMillis();
        server.setStopTimeout(Math.max(left, RUNNING_REQUESTS.toMillis()));
    }

    Traffic traffic() {
        return traffic;
    }

    /** Whether nothing arrived any more before the time was up. */
    private boolean await(Doors doors, Duration quietPeriod, Duration atMost, boolean untilEverybodyKnows)
            throws InterruptedException {
        long begun = nanoTime.getAsLong();
        while (true) {
            traffic.connected(doors.silent());
            if (traffic.isQuietFor(quietPeriod) && (!untilEverybodyKnows || traffic.everybodyKnows(atMost))) {
                return true;
            }
            if (since(begun).compareTo(atMost) >= 0) {
                return false;
            }
            pause.take();
        }
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoTime.getAsLong() - nanos);
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

    /** Whether this status would tell whoever asks to leave this instance alone. */
    static boolean means(HttpServletRequest asked, int status) {
        return status == ELSEWHERE && Integer.toString(status).equals(asked.getHeader(ELSEWHERE_HEADER));
    }

    private static boolean isLook(HttpServletRequest asked) {
        return LOOKS.contains(AdminAccess.path(asked));
    }

    private void looked(HttpServletRequest asked, ServletResponse response) {
        String agent = asked.getHeader(HttpHeader.USER_AGENT.asString());
        if (agent != null && agent.startsWith(KUBELET)) {
            return;
        }
        int status = ((HttpServletResponse) response).getStatus();
        traffic.looked(
                new Traffic.Who(asked.getRemoteAddr(), asked.getLocalPort(), agent),
                status != HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }

    /** On the port of the application. */
    private final class Arrivals implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            HttpServletRequest asked = (HttpServletRequest) request;
            boolean look = isLook(asked);
            boolean probe = look || OTHER_PROBES.contains(AdminAccess.path(asked));
            if (!probe) {
                traffic.requested();
            }
            endConnection(response);
            if (draining && !probe && isToGoElsewhere(asked)) {
                ((HttpServletResponse) response).sendError(ELSEWHERE);
                return;
            }
            chain.doFilter(request, response);
            endConnection(response); // it may have begun before
            if (look) {
                looked(asked, response);
            }
        }

        private static boolean isToGoElsewhere(HttpServletRequest asked) {
            return SAFE_METHODS.contains(asked.getMethod()) && means(asked, ELSEWHERE);
        }

        private void endConnection(ServletResponse response) {
            if (draining && !response.isCommitted()) {
                ((HttpServletResponse) response).setHeader(HttpHeader.CONNECTION.asString(), "close");
            }
        }
    }

    private final class Looks implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            chain.doFilter(request, response);
            if (isLook((HttpServletRequest) request)) {
                looked((HttpServletRequest) request, response);
            }
        }
    }
}
