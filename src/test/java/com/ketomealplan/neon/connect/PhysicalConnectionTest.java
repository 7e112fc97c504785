package com.ketomealplan.neon.connect;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The end of a connection. */
class PhysicalConnectionTest {

    private final TestDatabase database = TestDatabase.empty();

    /** The driver leaves that to the garbage collector, if its last message cannot be sent. */
    @Test
    void theSocketOfAConnectionThatWasResetIsClosed() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            AtomicReference<Socket> socket = new AtomicReference<>();
            PhysicalConnection connection = Connectors.to(Endpoint.parse(proxy.url(database)))
                    .open(Connector.NO_LIMIT, phase -> TimedAttempt.current()
                            .map(TimedAttempt::socket)
                            .ifPresent(socket::set));
            proxy.cut();
            await().until(() -> !connection.isAlive());

            connection.close();

            assertThat(socket.get().isClosed()).isTrue();
        }
    }
}
