package com.ketomealplan.http.body;

import io.dropwizard.core.setup.Environment;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections whose request head arrives too slowly. Jetty's idle timeout restarts with every byte, so that
 * thousands of slow clients could hold connections for ever. (For bodies see {@link BodyCollector}.)
 */
final class SlowRequests {

    private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

    private final Duration longest;
    private final LongSupplier nanoTime;
    private Map<EndPoint, Head> heads = Map.of();

    /**
     * A connection between two requests.
     *
     * @param requests the number of requests on it
     * @param bytes the bytes received when it was first seen in this state
     * @param sinceNanos when it was first seen in this state
     */
    private record Head(long requests, long bytes, long sinceNanos) {}

    SlowRequests(Duration longest, LongSupplier nanoTime) {
        this.longest = longest;
        this.nanoTime = nanoTime;
    }

    /**
     * @param longest the time for the head of a request to arrive, with a tolerance of a fifth
     */
    static void install(Environment environment, Duration longest) {
        SlowRequests slow = new SlowRequests(longest, System::nanoTime);
        environment.lifecycle().addServerLifecycleListener(slow::watch);
    }

    private void watch(Server server) {
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "slow-requests");
            thread.setDaemon(true);
            return thread;
        });
        long pause = longest.dividedBy(5).toNanos();
        watch.scheduleWithFixedDelay(() -> checkLogged(server), pause, pause, TimeUnit.NANOSECONDS);
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle stopping) {
                watch.shutdownNow();
            }
        });
    }

    /** An exception would end the schedule. */
    private void checkLogged(Server server) {
        try {
            check(server);
        } catch (RuntimeException e) {
            LOG.warn("Check for slow requests failed", e);
        }
    }

    /** Closes the connections whose head has taken too long. */
    void check(Server server) {
        Map<EndPoint, Head> seen = new HashMap<>();
        Stream.of(server.getConnectors())
                .map(Connector::getConnectedEndPoints)
                .flatMap(Collection::stream)
                .forEach(endPoint -> check(endPoint, seen));
        heads = seen;
    }

    private void check(EndPoint endPoint, Map<EndPoint, Head> seen) {
        Connection connection = endPoint.getConnection();
        if (connection instanceof SslConnection secured) {
            connection = secured.getSslEndPoint().getConnection();
        }
        if (connection == null || connection.getMessagesIn() != connection.getMessagesOut()) {
            return; // a request is being answered
        }
        Head now = new Head(connection.getMessagesIn(), connection.getBytesIn(), nanoTime.getAsLong());
        Head before = heads.getOrDefault(endPoint, now);
        Head head = before.requests() == now.requests() ? before : now;
        boolean begun = now.requests() == 0 ? now.bytes() > 0 : now.bytes() > head.bytes();
        if (!begun) {
            seen.put(endPoint, now); // idle ones have the idle timeout
        } else if (now.sinceNanos() - head.sinceNanos() >= longest.toNanos()) {
            endPoint.close();
        } else {
            seen.put(endPoint, head);
        }
    }
}
