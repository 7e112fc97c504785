package com.ketomealplan.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/**
 * What a class of the service logs from now on, at INFO and above. To be made when the service has started, because
 * Dropwizard sets up the logging anew at each start.
 */
public final class LoggedLines implements AutoCloseable {

    private final Logger logger;
    private final Lines lines = new Lines();

    private LoggedLines(Logger logger) {
        this.logger = logger;
    }

    public static LoggedLines of(Class<?> type) {
        return of(type.getName());
    }

    /** Of a class, or of all in a package. */
    public static LoggedLines of(String name) {
        Logger logger = (Logger) LoggerFactory.getLogger(name);
        LoggedLines logged = new LoggedLines(logger);
        logger.setLevel(Level.INFO);
        logged.lines.start();
        logger.addAppender(logged.lines);
        return logged;
    }

    public List<String> all() {
        return List.copyOf(lines.messages);
    }

    public boolean contain(String text) {
        return all().stream().anyMatch(line -> line.contains(text));
    }

    public void clear() {
        lines.messages.clear();
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final List<String> messages = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            StringBuilder line = new StringBuilder(event.getFormattedMessage());
            for (IThrowableProxy cause = event.getThrowableProxy(); cause != null; cause = cause.getCause()) {
                line.append(": ").append(cause.getMessage());
            }
            messages.add(line.toString());
        }
    }
}
