package com.ketomealplan.logging;

import ch.qos.logback.classic.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what has been logged last. At the end of a process Dropwizard waits until the appenders have taken the last lines from their
 * queues, and not until they have written them: the JVM may be gone before.
 */
public final class LastLines {

    private LastLines() {}

    /** Stops the appenders of the process, each after its last line, or after a second. What is logged later is not written. Blocks. */
    public static void write() {
        write((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
    }

    static void write(Logger root) {
        root.detachAndStopAllAppenders();
    }
}
