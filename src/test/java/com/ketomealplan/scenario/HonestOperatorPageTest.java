package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Browser;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The operator's page, in a real browser. */
@Needs({Program.CHROMIUM, Program.CHROMEDRIVER})
class HonestOperatorPageTest {

    private static final Path PICTURE = Path.of(System.getProperty("picture", "target/operator-page.png"));

    /** For the README's picture to have something to show: {@code -Dpicture=src/main/docs/operator-page.png}. */
    private static final Duration LOAD = Duration.ofSeconds(System.getProperty("picture") == null ? 0 : 90);

    private final TestDatabase database = TestDatabase.migrated();
    private final ExecutorService clients = Executors.newFixedThreadPool(4);
    private NeonProxy proxy;
    private TestService service;
    private Browser browser;

    @BeforeEach
    void open() throws Exception {
        proxy = NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.compute.units", "0.25"),
                ConfigOverride.config("adminToken", ""));
        browser = new Browser();
        browser.open(service.adminUri("/").toString());
        await().until(() -> browser.text("#link").equals("live"));
    }

    @AfterEach
    void close() throws Exception {
        browser.close();
        service.stop();
        proxy.close();
        clients.shutdown();
    }

    private String state() {
        return browser.text("#sentence");
    }

    private void read() {
        service.get("/users/" + UUID.randomUUID());
    }

    private void write() {
        service.post(
                "/complex-operation", "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(UUID.randomUUID()));
    }

    @Test
    void atRestItWakesNothing() {
        assertThat(state()).startsWith("The database has been asleep");
        assertThat(browser.text("#connections")).contains("No connection is open.");
        assertThat(browser.text("#statements")).contains("No statement was executed yet.");
        passTenSeconds();
        assertThat(proxy.connects()).isZero();

        read();
        await().until(() -> browser.text("#connections").contains("idle"));
        long messages = proxy.clientMessages();
        passTenSeconds();
        assertThat(proxy.clientMessages()).isEqualTo(messages);
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.barriers()).isEmpty();
    }

    /** With the page open and Prometheus at work. */
    private void passTenSeconds() {
        String samples = "return [...document.querySelectorAll('#band span')]"
                + ".reduce((sum, run) => sum + Number(run.style.flexGrow), 0)";
        long before = (long) browser.run(samples);
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            service.admin("/metrics/prometheus");
            return (long) browser.run(samples) >= before + 2;
        });
    }

    @Test
    void underLoadAndWithoutItsDatabaseItTellsWhatIs() {
        AtomicBoolean over = new AtomicBoolean();
        for (int i = 0; i < 4; i++) {
            clients.execute(() -> {
                while (!over.get()) {
                    read();
                    write();
                }
            });
        }
        await().until(() -> state().startsWith("The database has been up"));
        await().until(() -> browser.texts("#statements tbody th").contains("UserDao.insert"));
        await().until(() -> browser.texts("#routes tbody th").contains("POST /complex-operation"));
        await().until(() -> browser.texts("#ledger tbody th").contains("ComplexOperationResource.create"));
        assertThat(browser.texts("#connections tbody tr")).isNotEmpty();
        assertThat(browser.texts("figure canvas")).hasSize(6);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> browser.text("#charts figure:nth-child(4) .hidden").contains("now"));

        await().pollDelay(LOAD).atMost(LOAD.plusSeconds(5)).until(() -> true);
        proxy.go(true);
        await().until(() -> state().startsWith("The database has been down"));
        proxy.go(false);
        await().until(() -> state().startsWith("The database has been up"));
        assertThat(browser.texts("#changes tbody tr")).hasSizeGreaterThanOrEqualTo(3);

        browser.photograph(PICTURE);
        over.set(true);
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.barriers()).isEmpty();
    }

    @Test
    void itServesThoseOnAPhoneInTheDarkWithAKeyboard() {
        read();
        await().until(() -> browser.texts("#statements tbody th").contains("UserDao.find"));
        browser.resize(360, 740);
        browser.prefer("dark");

        assertThat((long) browser.run("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(360);
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

    @Test
    void aServiceThatHasEndedIsNotShownAsIfItLived() {
        service.stop();

        await().atMost(Duration.ofSeconds(20))
                .until(() -> browser.text("#link").startsWith("no word from the service since"));
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
