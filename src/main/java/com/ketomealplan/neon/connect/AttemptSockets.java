package com.ketomealplan.neon.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.SocketFactory;

/** pgjdbc's {@code socketFactory}: gives each {@link Attempt} its sockets. Public because the driver instantiates it. */
public final class AttemptSockets extends SocketFactory {

    /** A socket of this thread's attempt, or a plain one: the driver also opens sockets to cancel statements. */
    @Override
    public Socket createSocket() {
        return Attempt.current().map(Attempt::newSocket).orElseGet(Socket::new);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw connected();
    }

    private static IOException connected() {
        return new IOException("pgjdbc connects its sockets itself");
    }
}
