package com.ketomealplan.http.body;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestAuthority;
import com.ketomealplan.testing.TestAuthority.Validity;
import io.dropwizard.core.setup.Environment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ssl.NonValidatingFactory.NonValidatingTM;

/** Whom it cuts off, at a Jetty of the test's own and by a clock of the test's. */
class SlowRequestsTest {

    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
    private static final String HALF = REQUEST.substring(0, 20);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow at any time
    private final SlowRequests slow = new SlowRequests(LONGEST, clock::get);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final List<Socket> clients = new ArrayList<>();
    private final Server server = new Server();
    private ServerConnector connector;

    /** Reads the body, and answers; {@code /blocked} when it may. */
    private final class Answering extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            String body = Request.asInputStream(request).readAllBytes().length + "";
            if (request.getHttpURI().getPath().equals("/blocked")) {
                mayAnswer.await();
            }
            response.write(true, StandardCharsets.UTF_8.encode(body), callback);
            return true;
        }
    }

    @BeforeEach
    void start() throws Exception {
        connector = connector(new ServerConnector(server));
        server.setHandler(new Answering());
        server.start();
    }

    private ServerConnector connector(ServerConnector made) {
        made.setHost("127.0.0.1");
        made.setIdleTimeout(0); // nobody else cuts off
        server.addConnector(made);
        return made;
    }

    @AfterEach
    void stop() throws Exception {
        mayAnswer.countDown();
        for (Socket client : clients) {
            client.close();
        }
        server.stop();
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        client.setSoTimeout(30_000);
        clients.add(client);
        await().until(() -> connector.getConnectedEndPoints().size() == 1);
        return client;
    }

    private Connection connection() {
        EndPoint endPoint = connector.getConnectedEndPoints().iterator().next();
        return endPoint.getConnection() instanceof SslConnection secured
                ? secured.getSslEndPoint().getConnection()
                : endPoint.getConnection();
    }

    /** Sends it, and waits until Jetty has read it. */
    private void send(Socket client, String text) throws IOException {
        long before = connection().getBytesIn();
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        await().until(() -> connection().getBytesIn() == before + text.length());
    }

    private void lookAfter(Duration time) {
        clock.addAndGet(time.toNanos());
        slow.check(server);
    }

    private static void assertAnswered(Socket client) throws IOException {
        BufferedReader answer =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        assertThat(answer.readLine()).isEqualTo("HTTP/1.1 200 OK");
        while (!answer.readLine().isEmpty()) {
            // headers
        }
        answer.read(); // the body has one character
    }

    private void assertLeft() {
        assertThat(connector.getConnectedEndPoints())
                .singleElement()
                .satisfies(endPoint -> assertThat(endPoint.isOpen()).isTrue());
    }

    private static void assertCut(Socket client) throws IOException {
        assertThat(client.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aHeadThatTakesTooLongIsCutOff() throws Exception {
        Socket client = connect();
        send(client, HALF);
        lookAfter(Duration.ZERO);

        lookAfter(LONGEST.minusNanos(1));
        assertLeft();
        lookAfter(Duration.ofNanos(1));

        assertCut(client);
    }

    @Test
    void oneByteAtATimeBuysNoTime() throws Exception {
        Socket client = connect();
        send(client, HALF);
        for (int i = 0; i < 10; i++) {
            lookAfter(LONGEST.dividedBy(10));
            assertLeft();
            send(client, "x");
        }

        lookAfter(LONGEST.dividedBy(10));

        assertCut(client);
    }

    @Test
    void aHeadThatArrivesInTimeIsAnswered() throws Exception {
        Socket client = connect();
        send(client, HALF);
        lookAfter(Duration.ZERO);
        lookAfter(LONGEST.minusNanos(1));
        send(client, REQUEST.substring(HALF.length()));

        assertAnswered(client);
        lookAfter(LONGEST);
        lookAfter(LONGEST);
        assertLeft();
    }

    @Test
    void theHeadOfALaterRequestHasItsOwnTime() throws Exception {
        Socket client = connect();
        send(client, REQUEST);
        assertAnswered(client);
        await().until(() -> connection().getMessagesOut() == 1);
        lookAfter(LONGEST);
        lookAfter(LONGEST.multipliedBy(2));
        send(client, HALF);
        lookAfter(LONGEST.minusNanos(1)); // since it was seen idle
        assertLeft();

        lookAfter(Duration.ofNanos(1));

        assertCut(client);
    }

    @Test
    void whoHasSentNothingIsLeft() throws Exception {
        Socket client = connect();
        lookAfter(Duration.ZERO);
        lookAfter(Duration.ofDays(1));
        lookAfter(Duration.ofDays(1));
        assertLeft();

        send(client, REQUEST);
        assertAnswered(client);
    }

    @Test
    void aRequestThatIsBeingAnsweredIsLeft() throws Exception {
        Socket client = connect();
        send(client, REQUEST.replace("/ ", "/blocked "));
        await().until(() -> connection().getMessagesIn() == 1);
        lookAfter(Duration.ZERO);
        lookAfter(Duration.ofDays(1));
        assertLeft();

        mayAnswer.countDown();
        assertAnswered(client);
    }

    @Test
    void aBodyIsLeft() throws Exception {
        Socket client = connect();
        send(client, "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\n1");
        await().until(() -> connection().getMessagesIn() == 1);
        lookAfter(Duration.ZERO);
        send(client, "2");
        lookAfter(Duration.ofDays(1));
        assertLeft();

        send(client, "3");
        assertAnswered(client);
    }

    @Test
    void othersAreNotCutOffWithASlowOne() throws Exception {
        Socket slowOne = connect();
        send(slowOne, HALF);
        lookAfter(Duration.ZERO);
        Socket other = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        clients.add(other);
        await().until(() -> connector.getConnectedEndPoints().size() == 2);

        lookAfter(LONGEST);

        assertCut(slowOne);
        await().until(() -> connector.getConnectedEndPoints().size() == 1);
        send(other, REQUEST);
        assertAnswered(other);
    }

    @Test
    void aHeadWithinTlsIsCutOffToo() throws Exception {
        SslContextFactory.Server certificate = new SslContextFactory.Server();
        certificate.setSslContext(TestAuthority.shared()
                .selfSigned("localhost", List.of(), Validity.VALID)
                .serverContext());
        connector = connector(new ServerConnector(server, certificate));
        connector.start();
        Socket plain = connect();
        Socket client = trusting().getSocketFactory().createSocket(plain, "localhost", 0, true);
        client.getOutputStream().write(HALF.getBytes(StandardCharsets.US_ASCII));
        await().until(() -> connection().getBytesIn() == HALF.length());
        lookAfter(Duration.ZERO);
        lookAfter(LONGEST.minusNanos(1));
        assertLeft();

        lookAfter(Duration.ofNanos(1));

        assertCut(client);
    }

    private static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new NonValidatingTM()}, null);
        return context;
    }

    @Test
    void aServerIsWatchedWhileItRuns() throws Exception {
        Set<Thread> others = watchers();
        server.stop();
        Environment environment = new Environment("slow-requests");
        SlowRequests.install(environment, Duration.ofMillis(50));
        environment.lifecycle().attach(server);
        server.start();

        Socket client = connect();
        client.getOutputStream().write(HALF.getBytes(StandardCharsets.US_ASCII));
        assertCut(client);

        Set<Thread> watchers = watchers();
        watchers.removeAll(others);
        assertThat(watchers).hasSize(1);
        server.stop();
        await().until(() -> watchers.stream().noneMatch(Thread::isAlive));
    }

    /** Jetty changes what is looked at meanwhile. */
    @Test
    void aServerIsWatchedAlsoAfterAFailedLook() throws Exception {
        server.stop();
        CountDownLatch failed = new CountDownLatch(2);
        connector = connector(new ServerConnector(server) {
            @Override
            public Collection<EndPoint> getConnectedEndPoints() {
                if (Thread.currentThread().getName().equals("slow-requests") && failed.getCount() > 0) {
                    failed.countDown();
                    throw new ConcurrentModificationException();
                }
                return super.getConnectedEndPoints();
            }
        });
        Environment environment = new Environment("slow-requests");
        SlowRequests.install(environment, Duration.ofMillis(50));
        environment.lifecycle().attach(server);
        server.start();

        assertThat(failed.await(30, TimeUnit.SECONDS)).isTrue();
        Socket client = connect();
        client.getOutputStream().write(HALF.getBytes(StandardCharsets.US_ASCII));

        assertCut(client);
    }

    private static Set<Thread> watchers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("slow-requests"))
                .collect(Collectors.toSet());
    }
}
