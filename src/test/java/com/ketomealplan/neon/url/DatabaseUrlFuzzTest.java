package com.ketomealplan.neon.url;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any text in {@code NEON_DATABASE_URL} is parsed or refused, and a refusal quotes nothing of it. */
class DatabaseUrlFuzzTest {

    private static final String SECRET = "gEhEiM-s3cret";

    @FuzzTest(maxDuration = "60s")
    void isParsedOrRefusedWithoutItsSecret(FuzzedDataProvider data) {
        String url = data.pickValue(new String[] {"postgresql://", "postgres://", "jdbc:postgresql://", ""})
                + data.consumeString(20) + ":" + SECRET + "@" + data.consumeRemainingAsString();
        try {
            Endpoint endpoint = Endpoint.parse(url);
            if (endpoint.password().map(Secret::reveal).filter(SECRET::equals).isPresent()
                    && url.indexOf(SECRET) == url.lastIndexOf(SECRET)) {
                assertThat(endpoint + endpoint.jdbcUrl()).doesNotContain(SECRET);
            }
        } catch (InvalidDatabaseUrlException e) {
            assertThat(e.problems()).isNotEmpty();
            assertThat(e).hasMessageNotContaining(SECRET);
        }
    }
}
