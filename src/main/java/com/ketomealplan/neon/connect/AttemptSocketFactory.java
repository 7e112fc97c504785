package com.ketomealplan.neon.connect;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;

/**
 * The {@code socketFactory} of pgjdbc: creates the sockets of one {@link TimedAttempt}, and later those of the connection's cancel requests.
 * Public because the driver instantiates it.
 */
public final class AttemptSocketFactory extends PgSocketFactory {

    private final TimedAttempt attempt;
    private final Properties properties;

    /**
     * Called by the driver, on the thread that connects.
     *
     * @param properties the properties of the connection
     */
    public AttemptSocketFactory(Properties properties) {
        this.attempt = TimedAttempt.current().orElseThrow();
        this.properties = properties;
    }

    @Override
    public Socket createSocket() throws IOException {
        return attempt.hasEnded() ? CancelSocket.forSession(attempt.socket(), properties) : attempt.newSocket();
    }
}
