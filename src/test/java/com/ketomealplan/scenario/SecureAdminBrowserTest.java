package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.ketomealplan.testing.Browser;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What a page on another site can do to the admin port of the machine before which its reader sits, in a real browser. */
@Needs({Program.CHROMIUM, Program.CHROMEDRIVER})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureAdminBrowserTest {

    private static final String LEVEL = "logger=attacked&level=TRACE";

    private final Logger attacked = (Logger) LoggerFactory.getLogger("attacked");
    private TestService service;
    private HttpServer site;
    private Browser browser;

    @BeforeAll
    void start() throws Exception {
        service = TestService.on(TestDatabase.migrated());
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] page = "<form method=post action=\"%s?%s\"><button id=go>Win</button></form>"
                .formatted(service.adminUri("/tasks/log-level"), LEVEL)
                .getBytes(StandardCharsets.UTF_8);
        site.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        site.start();
        browser = new Browser("--host-resolver-rules=MAP evil.example 127.0.0.1");
    }

    @AfterAll
    void stop() {
        browser.close();
        site.stop(0);
        service.stop();
    }

    /** The page was the attacker's when it was loaded, from the attacker's address, without a policy. */
    @Test
    void aNameThatIsLedToThisMachineShowsNothing() {
        browser.bypassPolicies(true);
        browser.open("http://evil.example:%d/".formatted(service.adminUri("/").getPort()));

        assertThat(browser.text("body")).contains("not served by this host's name");
        assertThat(browser.run("return fetch('/metrics').then(answer => answer.status)"))
                .isEqualTo(421L);
        assertThat(browser.run("return fetch('/tasks/log-level?%s', {method: 'POST'}).then(answer => answer.status)"
                        .formatted(LEVEL)))
                .isEqualTo(421L);
        assertThat(attacked.getLevel()).isNull();
        browser.bypassPolicies(false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost", "127.0.0.1"}) // the last two: another server of this machine
    void aPageElsewhereCannotChangeTheLogLevel(String host) {
        browser.open("http://%s:%d/".formatted(host, site.getAddress().getPort()));
        browser.run("return fetch(document.forms[0].action, {method: 'POST', mode: 'no-cors'}).then(() => 1, () => 0)");
        browser.run(
                "return fetch('%s', {mode: 'no-cors'}).then(() => 1, () => 0)".formatted(service.adminUri("/pprof")));
        browser.element("#go").click();

        await().until(() -> browser.text("body").contains("A page of another origin has asked for this"));
        assertThat(attacked.getLevel()).isNull();
    }

    @Test
    void theOperatorsPageItselfMay() {
        browser.open(service.adminUri("/").toString());

        assertThat(browser.run("return fetch('/tasks/log-level?%s', {method: 'POST'}).then(answer => answer.status)"
                        .formatted(LEVEL.replace("attacked", "own"))))
                .isEqualTo(200L);
        assertThat(((Logger) LoggerFactory.getLogger("own")).getLevel()).isEqualTo(Level.TRACE);
    }
}
