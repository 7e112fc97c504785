package com.ketomealplan.logging;

import ch.qos.logback.access.common.spi.IAccessEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.logging.common.ConsoleAppenderFactory;
import io.dropwizard.logging.common.async.AsyncAppenderFactory;

/** Dropwizard's {@code console} for the request log, with all its settings, at less cost: see {@link BatchingAppender}. */
@JsonTypeName("access-console")
public final class AccessConsoleAppenderFactory extends ConsoleAppenderFactory<IAccessEvent> {

    @Override
    protected Appender<IAccessEvent> wrapAsync(
            Appender<IAccessEvent> console, AsyncAppenderFactory<IAccessEvent> other) {
        return super.wrapAsync(console, () -> new BatchingAppender<>((OutputStreamAppender<IAccessEvent>) console));
    }
}
