package com.ketomealplan.http.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.http.drain.Drain;
import com.ketomealplan.neon.web.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpStatus;

/**
 * A refused request for an admin page.
 *
 * @param reason the label in metrics
 * @param status the status of the response
 * @param detail an explanation for people
 * @param headers the headers of the response
 */
record Refusal(String reason, int status, String detail, Map<String, String> headers) {

    private static final Map<String, String> CHALLENGE =
            Map.of("WWW-Authenticate", "Basic realm=\"admin\", charset=\"UTF-8\"");

    private static final String TOO_MANY = "too_many";

    private static final String NOTHING = "There is nothing at this path.";

    /** The response of the application for an unknown path. */
    static final Refusal ABSENT = new Refusal("absent", 404, NOTHING, Map.of());

    static final Refusal HOST = new Refusal(
            "host",
            421,
            "The admin pages are not served by this host's name. If it is yours: name it in adminHosts (ADMIN_HOSTS), or set"
                    + " ADMIN_TOKEN.",
            Map.of());

    static final Refusal ORIGIN = new Refusal(
            "origin",
            403,
            "A page of another origin has asked for this. Open it by its address; behind a proxy, name the page's host in"
                    + " adminHosts (ADMIN_HOSTS).",
            Map.of());

    static final Refusal NO_TOKEN =
            new Refusal("no_token", 401, "Present ADMIN_TOKEN, as a bearer's token or as a password.", CHALLENGE);

    static final Refusal WRONG_TOKEN = new Refusal("wrong_token", 401, "This is not ADMIN_TOKEN.", CHALLENGE);

    /** The same with a status that does not show that the path exists. */
    static final Refusal WRONG_TOKEN_HIDDEN = new Refusal(WRONG_TOKEN.reason(), 404, NOTHING, Map.of());

    /** The reasons of all refusals, for metrics. */
    static final Set<String> REASONS =
            Set.of(ABSENT.reason(), HOST.reason(), ORIGIN.reason(), NO_TOKEN.reason(), WRONG_TOKEN.reason(), TOO_MANY);

    /**
     * Returns this refusal, or another one if a balancer would take its status for an instance that is stopping: a client that guesses
     * tokens could otherwise take one instance after the other out of service.
     */
    Refusal onRequest(HttpServletRequest request) {
        if (!Drain.isElsewhereStatus(request, status)) {
            return this;
        }
        Map<String, String> challenged = new HashMap<>(CHALLENGE);
        challenged.putAll(headers);
        return new Refusal(reason, NO_TOKEN.status(), detail, challenged);
    }

    static Refusal tooMany(Duration wait) {
        String seconds = Long.toString(wait.plusNanos(999_999_999).toSeconds());
        return new Refusal(
                TOO_MANY,
                429,
                "There were too many wrong tokens from this address. Try again in " + seconds + " s.",
                Map.of("Retry-After", seconds));
    }

    void send(HttpServletResponse response, ObjectMapper json) throws IOException {
        headers.forEach(response::setHeader);
        response.setStatus(status);
        response.setContentType(Problem.MEDIA_TYPE);
        response.getOutputStream()
                .write(json.writeValueAsBytes(
                        Problem.of(status, detail).retryable(status == HttpStatus.TOO_MANY_REQUESTS_429)));
    }
}
