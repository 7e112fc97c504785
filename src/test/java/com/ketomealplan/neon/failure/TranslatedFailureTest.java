package com.ketomealplan.neon.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.OtherLanguage;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.GT;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** The driver translates its own texts into the JVM's language. */
class TranslatedFailureTest {

    /** Returns what becomes of a text of the driver's. */
    public static final class Classified implements UnaryOperator<String> {

        @Override
        public String apply(String text) {
            String translated = GT.tr(text, "Received fatal alert: handshake_failure", "x");
            return translated + " "
                    + Failure.toOpen(new PSQLException(translated, PSQLState.CONNECTION_REJECTED))
                            .kind();
        }
    }

    /** Returns why a URL's database cannot be connected to. */
    public static final class Refused implements UnaryOperator<String> {

        @Override
        public String apply(String url) {
            try (PhysicalConnection opened = Connectors.to(Endpoint.parse(url)).open()) {
                return "connected: " + opened.jdbc();
            } catch (SQLException e) {
                Failure failure = Failure.toOpen(e);
                return failure.kind() + " " + failure.cause();
            }
        }
    }

    @Test
    void aServerWithoutTlsIsRecognised() throws Exception {
        String url = TestDatabase.empty().url() + "?sslmode=require";
        try (OtherLanguage german = OtherLanguage.of(Locale.GERMANY)) {
            assertThat(german.apply(Refused.class, url))
                    .contains("Der Server unterstützt SSL nicht") // or nothing is shown
                    .startsWith("MISCONFIGURED")
                    .contains("the server offers no TLS");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | The server does not support SSL. | MISCONFIGURED",
                "fr | The server does not support SSL. | MISCONFIGURED",
                "it | The hostname {0} could not be verified by hostnameverifier {1}. | MISCONFIGURED",
                "ja | SSL error: {0} | MISCONFIGURED",
                "ru | SCRAM authentication failed: {0} | AUTHENTICATION",
                "ko | The server requested SCRAM-based authentication, but no password was provided. | AUTHENTICATION",
                "ko | The server requested SCRAM-based authentication, but the password is an empty string. | AUTHENTICATION",
                "ko | The server requested password-based authentication, but no password was provided by plugin {0} | AUTHENTICATION"
            })
    void isClassifiedAsInEnglish(String language, String text, FailureKind kind) throws Exception {
        try (OtherLanguage other = OtherLanguage.of(Locale.forLanguageTag(language))) {
            assertThat(other.apply(Classified.class, text)).endsWith(" " + kind);
        }
    }
}
