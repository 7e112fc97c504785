package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.RawHttp;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whoever sends a request too slowly keeps no connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureSlowInputTest {

    private static final byte[] UNFINISHED =
            "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final TestService service = TestService.on(
            TestDatabase.migrated(),
            ConfigOverride.config("maxArrivalTime", "1s"),
            ConfigOverride.config("server.applicationConnectors[0].idleTimeout", "1s"));

    @AfterAll
    void stop() {
        service.stop();
    }

    private Socket connect() throws IOException {
        return RawHttp.connect(service.uri("/").getPort());
    }

    /** A byte now and then, so that no time-out for silence applies. */
    @Test
    void cutsOffWhoSendsTooSlowly() throws Exception {
        try (Socket head = connect();
                Socket body = connect()) {
            head.getOutputStream().write("GET /livez HTTP/1.1\r\nA: ".getBytes(StandardCharsets.US_ASCII));
            body.getOutputStream().write(UNFINISHED);

            await().pollInterval(Duration.ofMillis(200)).until(() -> isCutOff(head) & isCutOff(body));
        }
    }

    @Test
    void aBodyThatDoesNotComeIsATimeOut() throws Exception {
        double before = slowBodies();
        try (Socket socket = connect()) {
            socket.getOutputStream().write(UNFINISHED);

            assertThat(RawHttp.answer(socket)).startsWith("HTTP/1.1 408").contains("has not arrived");
        }
        assertThat(slowBodies()).isEqualTo(before + 1);
    }

    private double slowBodies() {
        String counter = "http_server_bodies_cut_total{cause=\"slow\"} ";
        return service.admin("/metrics/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(counter))
                .mapToDouble(line -> Double.parseDouble(line.substring(counter.length())))
                .sum();
    }

    private static boolean isCutOff(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write(' ');
            socket.setSoTimeout(1);
            byte[] answer = new byte[4_000];
            int length = socket.getInputStream().read(answer);
            assertThat(new String(answer, 0, Math.max(length, 0), StandardCharsets.UTF_8))
                    .doesNotContain("HTTP/1.1 5");
            return length < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
