package com.ketomealplan.http;

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
 * Cuts off whoever sends the head of a request byte by byte. Jetty's idle time-out begins again with every byte, so that
 * thousands of such clients could hold connections for ever. (For bodies see {@link BodyCollector}.)
 */
final class SlowRequests {

    private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

    private final Duration longest;
    private final LongSupplier nanoTime;
    private Map<EndPoint, Head> heads = Map.of();

    /**
     * A connection between two requests.
     *
     * @param requests how many there were on it
     * @param bytes how many it had received when it was first seen so
     * @param sinceNanos when that was
     */
    private record Head(long requests, long bytes, long sinceNanos) {}

    SlowRequests(Duration longest, LongSupplier nanoTime) {
        this.longest = longest;
        this.nanoTime = nanoTime;
    }

    /**
     * @param longest the time for the head of a request to arrive, to a fifth of it
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
        watch.scheduleWithFixedDelay(() -> lookAndGoOn(server), pause, pause, TimeUnit.NANOSECONDS);
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle stopping) {
                watch.shutdownNow();
            }
        });
    }

    /** An exception would end the schedule. */
    private void lookAndGoOn(Server server) {
        try {
            look(server);
        } catch (RuntimeException e) {
            LOG.warn("Slow requests could not be looked for; they will be again", e);
        }
    }

    /** Cuts off those who have taken too long by now. */
    void look(Server server) {
        Map<EndPoint, Head> seen = new HashMap<>();
        Stream.of(server.getConnectors())
                .map(Connector::getConnectedEndPoints)
                .flatMap(Collection::stream)
                .forEach(endPoint -> look(endPoint, seen));
        heads = seen;
    }

    private void look(EndPoint endPoint, Map<EndPoint, Head> seen) {
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
            seen.put(endPoint, now); // for idle ones there is the idle time-out
        } else if (now.sinceNanos() - head.sinceNanos() >= longest.toNanos()) {
            endPoint.close();
        } else {
            seen.put(endPoint, head);
        }
    }
}
