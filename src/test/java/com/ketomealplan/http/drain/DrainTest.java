package com.ketomealplan.http.drain;

import static com.ketomealplan.testing.Soon.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.eclipse.jetty.io.ConnectionStatistics;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ShutdownThread;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How it goes on and ends, at a Jetty of the test's own and by a clock of the test's, which a pause moves. */
class DrainTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(25);
    private static final Traffic.ProbeClient HAPROXY = new Traffic.ProbeClient("10.0.0.1", 8080, null);
    private static final String REQUEST = "GET %s HTTP/1.1\r\nHost: test\r\n\r\n";

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final AtomicInteger pauses = new AtomicInteger(); // while the port was open
    private final AtomicInteger answered = new AtomicInteger();
    private final List<Socket> clients = new ArrayList<>();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Server server = new Server();
    private ServerConnector connector;
    private int port;
    private Runnable meanwhile = () -> {};
    private final Drain drain = new Drain(new DrainSettings(TIMEOUT, QUIET, false), clock::get, () -> {
        pauses.addAndGet(isOpen() ? 1 : 0);
        clock.addAndGet(Duration.ofMillis(100).toNanos());
        meanwhile.run();
    });

    /** Whether so many of Jetty's threads wait for a connection, or for their turn to. */
    private boolean areAccepting(int threads) {
        return Thread.getAllStackTraces().entrySet().stream()
                        .filter(thread -> thread.getKey().getName().matches(".*-acceptor-.*:" + port + "}.*"))
                        .filter(thread -> Stream.of(thread.getValue())
                                .anyMatch(frame -> frame.getClassName().equals(ServerConnector.class.getName())
                                        && frame.getMethodName().equals("accept")))
                        .count()
                == threads;
    }

    private boolean isOpen() {
        return connector.isOpen();
    }

    /** {@code /blocked} when it may, and the end of {@code /streamed}. */
    private final class Answering extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (request.getHttpURI().getPath().equals("/streamed")) {
                Content.Sink.write(response, false, US_ASCII.encode("x"));
                begun.countDown();
                mayAnswer.await();
            }
            if (request.getHttpURI().getPath().equals("/blocked")) {
                mayAnswer.await();
            }
            answered.incrementAndGet();
            response.write(true, US_ASCII.encode("x"), callback);
            return true;
        }
    }

    @BeforeEach
    void start() throws Exception {
        start(1);
    }

    private void start(int acceptors) throws Exception {
        connector = new ServerConnector(server, acceptors, 1);
        connector.setIdleTimeout(0); // nobody else hangs up
        server.addConnector(connector);
        server.setHandler(new Answering());
        server.setStopTimeout(GRACE.toMillis());
        server.start();
        port = connector.getLocalPort();
        drain.beforeStopOf(server);
    }

    @AfterEach
    void stop() throws Exception {
        ShutdownThread.deregister(drain);
        mayAnswer.countDown();
        for (Socket client : clients) {
            client.close();
        }
        server.stop();
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        clients.add(client);
        return client;
    }

    private static void ask(Socket client, String path) throws IOException {
        client.getOutputStream().write(REQUEST.formatted(path).getBytes(US_ASCII));
    }

    private static void assertAnswered(Socket client) throws IOException {
        BufferedReader answer = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
        assertThat(answer.readLine()).isEqualTo("HTTP/1.1 200 OK");
        while (!answer.readLine().isEmpty()) {
            // headers
        }
        assertThat(answer.read()).isEqualTo('x');
    }

    private void assertClosed() {
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }

    @Test
    void waitsForNobodyWhereNobodyCame() throws Exception {
        drain.stop();

        assertThat(pauses).hasValue(0);
        assertThat(drain.notReadyReason()).isPresent();
        assertClosed();
    }

    @Test
    void waitsUntilNothingHasArrivedForTheQuietPeriod() throws Exception {
        meanwhile = () -> {
            if (pauses.get() < 80) { // for 8 s
                drain.traffic().onRequest();
            }
        };
        drain.traffic().onRequest();

        drain.stop();

        assertThat(pauses).hasValue(79 + 10);
    }

    @Test
    void waitsNoLongerThanItMay() throws Exception {
        meanwhile = drain.traffic()::onRequest;
        drain.traffic().onRequest();

        drain.stop();

        assertThat(pauses).hasValue(150);
        assertThat(server.getStopTimeout()).isEqualTo(25_000 - 16_000); // the last requests had their time
    }

    @Test
    void waitsForThoseWhoLook() throws Exception {
        for (int i = 0; i < 2; i++) {
            clock.addAndGet(Duration.ofSeconds(2).toNanos());
            drain.traffic().onProbe(HAPROXY, true);
        }
        meanwhile = () -> {
            if (pauses.get() % 20 == 0) {
                drain.traffic().onProbe(HAPROXY, false);
            }
        };

        drain.stop();

        assertThat(pauses).hasValue(61);
    }

    /** It is not taken out by what its probe sees, but from the signal on. */
    @Test
    void waitsUntilKubernetesHasRemovedTheEndpoint() throws Exception {
        drain.traffic().onKubeletProbe();

        drain.stop();

        assertThat(pauses).hasValueGreaterThanOrEqualTo(50);
    }

    @Test
    void leavesRunningRequestsSomeTimeAfterALongDrain() throws Exception {
        server.setStopTimeout(16_000);
        meanwhile = drain.traffic()::onRequest;
        drain.traffic().onRequest();

        drain.stop();

        assertThat(server.getStopTimeout()).isEqualTo(5_000);
    }

    @Test
    void hangsUpOnThoseWhoAskForNothing() throws Exception {
        Socket idle = connect();
        ask(idle, "/");
        assertAnswered(idle);
        Socket asking = connect();
        ask(asking, "/blocked");
        await().until(() -> connector.getConnectedEndPoints().stream()
                        .map(endPoint -> endPoint.getConnection())
                        .filter(connection -> connection.getMessagesIn() == 1)
                        .count()
                == 2);
        await().until(() -> connector.getConnectedEndPoints().stream().anyMatch(EndPoint::isFillInterested));

        drain.stop();

        assertThat(idle.getInputStream().read()).isEqualTo(-1);
        mayAnswer.countDown();
        assertAnswered(asking);
    }

    /** Jetty counts a response from its first byte on. */
    @Test
    void aResponseThatHasBegunIsSentToItsEnd() throws Exception {
        Socket asking = connect();
        ask(asking, "/streamed");
        begun.await();

        drain.stop();
        mayAnswer.countDown();

        assertThat(new BufferedReader(new InputStreamReader(asking.getInputStream(), US_ASCII))
                        .lines()
                        .takeWhile(line -> !line.equals("0"))) // the last chunk
                .startsWith("HTTP/1.1 200 OK")
                .endsWith("1", "x", "1", "x");
        assertThat(answered).hasValue(1);
    }

    /** The kernel has taken their connections, and they have sent their requests. */
    @Test
    void servesThoseWhomNobodyHasLetInYet() throws Exception {
        ConnectionStatistics connections = new ConnectionStatistics();
        connections.start();
        connector.addBean(connections);
        await().until(() -> areAccepting(1)); // or else nobody takes the next one
        connector.setAccepting(false);
        connect().close(); // whom Jetty's thread is waiting for
        await().until(() -> connections.getConnectionsTotal() == 1 && connections.getConnections() == 0);
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(connect());
            ask(waiting.get(i), "/");
        }
        meanwhile = () -> await().until(() -> answered.get() == 5);

        drain.stop();

        assertThat(pauses).hasValue(0); // while it was open

        for (Socket client : waiting) {
            assertAnswered(client);
        }
        assertClosed();
    }

    /** As Jetty has them on a machine of 16 cores and more. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void closesADoorThatSeveralThreadsWaitAt(int acceptors) throws Exception {
        stop();
        server.removeConnector(connector);
        start(acceptors);
        await().until(() -> areAccepting(acceptors));

        assertTimeoutPreemptively(Duration.ofSeconds(15), () -> drain.stop());

        assertClosed();
    }
}
