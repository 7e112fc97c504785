package com.ketomealplan.neon.pool.core;

import static com.ketomealplan.neon.pool.core.TestPools.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PooledConnectionTest {

    /** Otherwise all of them would be replaced together, an hour after each burst. */
    @Test
    void connectionsThatAreOpenedTogetherHaveDifferentMaxLifetimes() {
        Set<Duration> lifetimes = IntStream.range(0, 100)
                .mapToObj(number -> new PooledConnection(null, null, number, 0).ownMaxLifetime(HOUR))
                .collect(Collectors.toSet());

        assertThat(lifetimes).hasSizeGreaterThan(50).allSatisfy(lifetime -> assertThat(lifetime)
                .isBetween(Duration.ofMinutes(54), HOUR));
    }
}
