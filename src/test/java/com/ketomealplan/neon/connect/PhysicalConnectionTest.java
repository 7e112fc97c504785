package com.ketomealplan.neon.connect;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/** The end of a connection. */
class PhysicalConnectionTest {

    private final TestDatabase database = TestDatabase.empty();

    /** The driver leaves that to the garbage collector, if its last message cannot be sent. */
    @Test
    void theSocketOfAConnectionThatWasResetIsClosed() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            PhysicalConnection connection =
                    Connectors.to(Endpoint.parse(proxy.url(database))).open();
            proxy.cut();
            await().until(() -> !connection.isAlive());

            connection.close();

            assertThat(connection.isSocketClosed()).isTrue();
        }
    }
}
