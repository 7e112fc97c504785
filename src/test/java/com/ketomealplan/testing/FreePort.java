package com.ketomealplan.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for what is told its port before it starts. They are below those that the kernel gives to whoever asks for any, so that nobody
 * else gets one of them before it is used; no two calls return the same, and the JVMs of a build begin at different ones.
 */
public final class FreePort {

    private static final int FIRST = 10_000;
    private static final int COUNT = 22_000;
    private static final int FOR_EACH_PROCESS = 100;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * FOR_EACH_PROCESS % COUNT));

    private FreePort() {}

    public static int next() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + NEXT.getAndIncrement() % COUNT;
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // in use
            }
        }
        throw new IllegalStateException("no port is free");
    }

    /** The same, for the environment of a process. */
    public static String text() {
        return Integer.toString(next());
    }
}
