package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.Browser;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TableLock;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.openqa.selenium.Keys;

/** The operator's page, in a real browser. */
@Tag("campaign-only")
@Tag("any-jdk")
@Needs({Program.CHROMIUM, Program.CHROMEDRIVER})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HonestOperatorPageTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String TEN_SECONDS_LATER = "const now = Date.now; Date.now = () => now() + 10_000";

    private static final String PICTURE = System.getProperty("picture");

    /** For the picture of the page operations to have something to show: {@code -Dpicture=src/main/docs/operator-page.png}. */
    private static final Duration LOAD = Duration.ofSeconds(90);

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private TestService service;
    private Browser browser;

    @BeforeAll
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        service = startService();
        browser = new Browser();
    }

    @AfterAll
    void stop() throws Exception {
        browser.close();
        service.stop();
        proxy.close();
    }

    private TestService startService() {
        return TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.compute.units", "0.25"),
                ConfigOverride.config("adminToken", ""));
    }

    @BeforeEach
    void open() {
        open(service);
    }

    private void open(TestService shown) {
        browser.open("about:blank");
        browser.complaints(); // of the page before
        browser.resize(1280, 1000);
        browser.prefer("light");
        browser.open(shown.adminUri("/").toString());
        await().until(() -> browser.text("#link").equals("live"));
    }

    private String state() {
        return browser.text("#sentence");
    }

    /** The text of what is shown of a database on Neon alone. */
    private String hidden(String selector) {
        return (String) browser.run("return document.querySelector('%s').textContent".formatted(selector));
    }

    private static void read(TestService from) {
        from.get("/users/" + UUID.randomUUID());
    }

    private void write() {
        service.post(
                "/complex-operation", "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(UUID.randomUUID()));
    }

    /** Of a service that nobody has used yet. That the samples of the charts wake nothing is SeriesTest's. */
    @Test
    void atRestItWakesNothing() throws Exception {
        TestService unused = startService();
        try {
            open(unused);
            assertThat(state()).startsWith("The database has been not in use").endsWith("The next request opens one.");
            assertThat(browser.text("#instance"))
                    .matches(".*, process " + ProcessHandle.current().pid() + ",.* started .*");
            String commit = Files.readString(Path.of("target", "classes", "META-INF", "commit"))
                    .strip()
                    .replaceFirst("^([0-9a-f]{12})[0-9a-f]{28}", "$1");
            assertThat(browser.text("#instance")).contains(commit.isEmpty() ? "" : ", commit " + commit + ",");
            assertThat(browser.text("body")).as("of PostgreSQL").doesNotContainIgnoringCase("compute awake");
            assertThat(browser.text("body"))
                    .doesNotContainIgnoringCase("cold start")
                    .doesNotContain("asleep");
            assertThat(browser.text("#connections")).contains("No connection is open.");
            assertThat(browser.text("#statements")).contains("No statement was executed yet.");
            int connects = proxy.connects();
            for (int i = 0; i < 5; i++) {
                assertThat(look(unused)).isPositive();
            }
            assertThat(proxy.connects()).isEqualTo(connects);

            read(unused);
            await().until(() -> browser.text("#connections").contains("idle"));
            int opened = proxy.connects();
            long messages = proxy.clientMessages();
            for (int i = 0; i < 5; i++) {
                look(unused);
            }
            assertThat(proxy.clientMessages()).isEqualTo(messages);
            assertThat(proxy.connects()).isEqualTo(opened);
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.barriers()).isEmpty();
        } finally {
            unused.stop();
        }
    }

    /** As a page just opened does, and Prometheus; returns how many samples the charts have. */
    private static int look(TestService shown) throws Exception {
        assertThat(shown.admin("/metrics/prometheus").statusCode()).isEqualTo(200);
        HttpRequest events =
                HttpRequest.newBuilder(shown.adminUri("/operator/events")).build();
        try (Stream<String> lines =
                HttpClient.newHttpClient().send(events, BodyHandlers.ofLines()).body()) {
            String series = lines.dropWhile(line -> !line.equals("event: series"))
                    .skip(1)
                    .findFirst()
                    .orElseThrow();
            return JSON.readTree(series.substring("data: ".length()))
                    .get("time")
                    .size();
        }
    }

    @Test
    void underLoadAndWithoutItsDatabaseItTellsWhatIs() {
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> clients = Clients.start(2, () -> {
            while (!over.get()) {
                read(service);
                write();
            }
            return null;
        });
        try {
            await().until(() -> state().startsWith("The database has been up"));
            await().until(() -> browser.texts("#statements tbody th").contains("UserDao.insert"));
            await().until(() -> browser.texts("#routes tbody th").contains("POST /complex-operation"));
            await().until(() -> hidden("#ledger").contains("ComplexOperationResource.create"));
            await().until(() ->
                    browser.texts("#connections tbody td:nth-child(2)").contains("used"));
            assertThat(browser.texts("figure canvas")).hasSize(6);
            if (PICTURE != null) {
                await().pollDelay(LOAD).atMost(LOAD.plusSeconds(5)).until(() -> true);
            }
            proxy.go(true);
            await().until(() -> state().startsWith("The database has been down"));
            proxy.go(false);
            await().until(() -> state().startsWith("The database has been up"));
            assertThat(browser.texts("#changes tbody tr")).hasSizeGreaterThanOrEqualTo(3);
            await().untilAsserted(() -> assertThat(browser.text("#charts figure:nth-child(4) .hidden"))
                    .containsPattern("all: now [1-9]"));

            browser.photograph(Path.of(PICTURE == null ? "target/operator-page.png" : PICTURE));
        } finally {
            proxy.go(false);
            over.set(true);
            Clients.join(clients);
        }
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.barriers()).isEmpty();
    }

    /** It is asked on the connection of another request, which is back before. */
    @Test
    void itNamesWhoBlocksAStatementThatRunsForLong() throws Exception {
        List<CompletableFuture<Void>> clients;
        try (TableLock lock = TableLock.on(database, "users")) {
            clients = Clients.start(2, () -> {
                read(service);
                return null;
            });
            await().until(() -> lock.waiters() == 2);
        }
        Clients.join(clients); // two connections are open
        try (TableLock lock = TableLock.on(database, "users")) {
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> client = Clients.async(() -> {
                while (!over.get()) {
                    read(service);
                }
                return null;
            });
            await().until(() -> lock.waiters() > 0);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> browser.text("#blocked tbody").contains("AccessShareLock on users"));
            assertThat(browser.text("#blocked tbody")).contains("application observer, holds AccessExclusiveLock");
            over.set(true);
            client.cancel(false);
        }
        await().until(() -> browser.text("#blocked tbody").startsWith("No statement"));
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void itServesThoseOnAPhoneInTheDarkWithAKeyboard() {
        read(service);
        await().until(() -> browser.texts("#statements tbody th").contains("UserDao.find"));
        browser.resize(360, 740);
        browser.prefer("dark");

        await().untilAsserted(() -> assertThat((long) browser.run("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(360));
        assertThat(browser.run("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo("rgb(20, 24, 28)");
        assertThat(browser.barriers()).isEmpty();
        browser.element("body").sendKeys(Keys.TAB);
        assertThat(browser.focused().getText()).startsWith("Skip to");
        browser.focused().sendKeys(Keys.TAB);
        browser.focused().sendKeys(Keys.SPACE);
        assertThat(browser.text("#link")).isEqualTo("paused");
        assertThat(browser.element("#pause").getAttribute("aria-pressed")).isEqualTo("true");
        browser.photograph(Path.of("target/operator-page-phone.png"));
    }

    /** The page's clock is put forward instead of waiting. */
    @Test
    void aServiceThatHasEndedIsNotShownAsIfItLived() {
        TestService ending = startService();
        try {
            open(ending);
            browser.run(TEN_SECONDS_LATER);
            await().until(() -> browser.text("#link").equals("live"));
        } finally {
            ending.stop();
        }

        browser.run(TEN_SECONDS_LATER);
        await().until(() -> browser.text("#link").startsWith("no data from the service since"));
    }

    @Test
    void noSecretIsOnThePage() {
        browser.element("summary").click();

        assertThat(browser.text("#configuration")).contains("database.pooled.keep", "database.url");
        assertThat((String) browser.run("return document.documentElement.outerHTML"))
                .contains("***")
                .doesNotContain(database.password());
    }
}
