package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.TestService;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What monitoring, balancers and operators ask of a service, without meaning to wake its compute. */
final class SleepSafePolling {

    static final List<String> OF_APPLICATION = List.of("/health", "/readyz", "/livez", "/health-check?type=ready");

    static final List<String> OF_ADMIN =
            List.of("/healthcheck", "/metrics", "/metrics/prometheus", "/", "/connections", "/statements", "/ledger");

    private static final Pattern LOOKS = Pattern.compile("(?m)^neon_connection_check_time_seconds_count\\S* (\\d+)");

    private SleepSafePolling() {}

    /** Asks for everything once. */
    static void poll(TestService service) {
        for (String path : OF_APPLICATION) {
            assertThat(service.get(path).statusCode()).as(path).isEqualTo(200);
        }
        for (String path : OF_ADMIN) {
            assertThat(service.admin(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    /** How often a connection that nobody used was looked at. */
    static long looks(TestService service) {
        return looks(service.admin("/metrics/prometheus").body());
    }

    /** The same, of what was scraped. */
    static long looks(String scraped) {
        return LOOKS.matcher(scraped)
                .results()
                .map(MatchResult::group)
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .mapToLong(Long::parseLong)
                .sum();
    }
}
