package com.ketomealplan.neon.connect;

import java.io.IOException;
import java.net.Socket;
import java.util.Properties;

/**
 * pgjdbc's {@code socketFactory}: gives one {@link Attempt} its sockets, and later what each request to cancel a statement of the connection
 * is sent by. Public because the driver instantiates it.
 */
public final class AttemptSockets extends DriverSockets {

    private final Attempt attempt;
    private final Properties properties;

    /**
     * By the driver, on the thread that connects.
     *
     * @param properties what the connection is opened with
     */
    public AttemptSockets(Properties properties) {
        this.attempt = Attempt.current().orElseThrow();
        this.properties = properties;
    }

    @Override
    public Socket createSocket() throws IOException {
        return attempt.isOver() ? CancelSocket.like(attempt.socket(), properties) : attempt.newSocket();
    }
}
