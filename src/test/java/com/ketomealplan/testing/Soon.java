package com.ketomealplan.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what comes within a moment: it is looked for at once and often, and given up late. */
public final class Soon {

    private Soon() {}

    /** As {@link Awaitility#await()}, which looks for the first time after a tenth of a second. */
    public static ConditionFactory await() {
        return Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(30));
    }
}
