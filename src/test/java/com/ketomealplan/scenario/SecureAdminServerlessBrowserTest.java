package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.Browser;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The operator's page on the application's port, in a real browser: nothing but its front door says that it exists, and who knows the
 * token needs nothing but the front door.
 */
@Tag("campaign-only")
@Tag("any-jdk")
@Needs({Program.CHROMIUM, Program.CHROMEDRIVER})
class SecureAdminServerlessBrowserTest {

    @Test
    void thePageOpensWithTheTokenAndWithAllOfItsParts() {
        TestService service =
                TestService.serverless(TestDatabase.migrated(), ConfigOverride.config("adminToken", "s3cret"));
        try (Browser browser = new Browser()) {
            String page = service.uri("/admin").toString();
            browser.open(page);
            assertThat(browser.text("body"))
                    .as("what a challenge is answered with")
                    .doesNotContain("The last 15 minutes");
            browser.open(page.replace("http://", "http://operator:wrong@"));
            assertThat(browser.text("body")).doesNotContain("The last 15 minutes");

            browser.open(page.replace("http://", "http://operator:s3cret@"));

            await().until(() -> browser.text("#link").equals("live"));
            assertThat(browser.text("#service")).isEqualTo("keto-meal-plan-api");
            assertThat(browser.texts("figure canvas")).hasSize(6);
            browser.open(page); // as who has typed the token has it: the browser knows it
            await().until(() -> browser.text("#link").equals("live"));
            browser.open(page + "/connections");
            assertThat(browser.text("body")).startsWith("[");
        } finally {
            service.stop();
        }
    }
}
