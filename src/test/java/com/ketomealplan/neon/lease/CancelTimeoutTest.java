package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.OpeningTimes;
import com.ketomealplan.neon.connect.Phase;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a cancel request and its answer may take, by the times in which the connection was opened. */
class CancelTimeoutTest {

    /** A cancel request over TLS takes three round trips, or four, before its answer is here. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 100", // this machine
        "20, 0, 180", // without TLS
        "20, 20, 220", // direct TLS
        "20, 40, 260", // negotiated
        "100, 200, 900",
        "150, 300, 1300",
        "3000, 0, 1100", // a packet was lost
        "3000, 9000, 2100",
    })
    void theTimeoutIncludesTheRoundTripsOfTheCancelRequest(long tcp, long tls, long expected) {
        OpeningTimes opened = new OpeningTimes(
                Duration.ofSeconds(20), Map.of(Phase.TCP, Duration.ofMillis(tcp), Phase.TLS, Duration.ofMillis(tls)));

        assertThat(CancelTimeout.after(opened)).isEqualTo(Duration.ofMillis(expected));
    }
}
