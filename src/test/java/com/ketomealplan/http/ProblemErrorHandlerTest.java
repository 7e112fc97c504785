package com.ketomealplan.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.testing.OtherLanguage;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;

/** What Jetty answers by itself. */
class ProblemErrorHandlerTest {

    /** Returns the answer to a request. */
    public static final class Answered implements UnaryOperator<String> {

        @Override
        public String apply(String request) {
            Server server = new Server();
            LocalConnector connector = new LocalConnector(server);
            server.addConnector(connector);
            server.setErrorHandler(new ProblemErrorHandler());
            try {
                server.start();
                String answer = connector.getResponse(request);
                server.stop();
                return answer;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** JSON knows no other digits than those of ASCII. */
    @Test
    void isJsonInALanguageWithOtherDigits() throws Exception {
        try (OtherLanguage persian = OtherLanguage.of(OtherLanguage.PERSIAN)) {
            String answer = persian.apply(Answered.class, "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n");

            JsonNode problem = new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n")));
            assertThat(problem.get("status").asInt()).isEqualTo(400);
            assertThat(problem.get("retryable").asBoolean(true)).isFalse();
        }
    }
}
