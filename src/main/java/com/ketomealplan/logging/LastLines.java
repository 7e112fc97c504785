package com.ketomealplan.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/**
 * Writes what has been logged last. At the end of a process Dropwizard waits until the appenders have taken the last lines from their
 * queues, and not until they have written them: the JVM may be gone before.
 */
public final class LastLines {

    private LastLines() {}

    /**
     * Stops all appenders of the process, whatever service in it they are of, each after its last line, or after a second. What is logged
     * later is not written. Blocks.
     */
    public static void write() {
        write((LoggerContext) LoggerFactory.getILoggerFactory());
    }

    static void write(LoggerContext logback) {
        logback.getLoggerList().forEach(Logger::detachAndStopAllAppenders);
    }
}
