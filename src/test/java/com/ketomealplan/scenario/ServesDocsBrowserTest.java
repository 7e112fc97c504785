package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Browser;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a front-end developer sees of the API, in a real browser that reaches no other host. */
@Tag("campaign-only")
@Tag("any-jdk")
@Needs({Program.CHROMIUM, Program.CHROMEDRIVER})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesDocsBrowserTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestDatabase database = TestDatabase.migrated();
    private TestService service;
    private Browser browser;

    @BeforeAll
    void start() {
        service = TestService.on(database);
        browser = new Browser("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost");
    }

    @AfterAll
    void stop() {
        browser.close();
        service.stop();
    }

    @Test
    void aRequestIsTriedFromDocs() {
        int before = database.count("users");
        open("/docs", "#operations-users-createUser");

        click("#operations-users-createUser .opblock-summary-control");
        click("#operations-users-createUser .try-out__btn");
        click("#operations-users-createUser .execute");

        await().atMost(PATIENCE)
                .until(() -> !browser.texts(".live-responses-table").isEmpty());
        assertThat(browser.text(".live-responses-table")).contains("201").contains("ada@example.com");
        assertThat(browser.text(".curl-command"))
                .as("headers that nobody has asked for would make a repetition of it, or a condition")
                .doesNotContain("Idempotency-Key", "If-", "X-Request-Id");
        assertThat(database.count("users")).isEqualTo(before + 1);
        assertAlone();
    }

    @Test
    void redocShowsTheReference() {
        open("/redoc", "#redoc h1");

        assertThat(browser.text("#redoc"))
                .contains("keto-meal-plan-api")
                .contains("Create a user and a quiz response, both or neither");
        assertAlone();
    }

    private void open(String path, String selector) {
        browser.open(service.uri(path).toString());
        await().atMost(PATIENCE).until(() -> !browser.texts(selector).isEmpty());
    }

    private void click(String selector) {
        await().atMost(PATIENCE).until(() -> !browser.texts(selector).isEmpty());
        browser.run("document.querySelector('%s').click()".formatted(selector));
    }

    /** The page has asked nobody else, and nothing that it wanted was refused. */
    private void assertAlone() {
        assertThat(browser.complaints()).isEmpty();
        assertThat((List<?>) browser.run("return performance.getEntriesByType('resource').map(one => one.name)"))
                .isNotEmpty()
                .allSatisfy(name ->
                        assertThat(name.toString()).startsWith(service.uri("/").toString()));
    }
}
