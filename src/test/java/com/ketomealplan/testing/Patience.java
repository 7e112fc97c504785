package com.ketomealplan.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test waits for it gives up after a minute, unless it says otherwise, and not after ten seconds: a busy machine may hold up a thread
 * or a disk for longer. Registered for all tests ({@code junit.jupiter.extensions.autodetection.enabled}).
 */
public final class Patience implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(Duration.ofMinutes(1));
    }
}
