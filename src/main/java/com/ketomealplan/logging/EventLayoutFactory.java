package com.ketomealplan.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.logging.common.layout.DropwizardLayoutFactory;
import io.dropwizard.logging.json.EventJsonLayoutBaseFactory;
import java.util.TimeZone;

/**
 * The layout of the log: one JSON object a line in production, with the log context (request, trace, unit, attempt) as fields; elsewhere
 * the pattern. Exceptions are shown without values that clients have sent.
 */
@JsonTypeName("by-environment")
public final class EventLayoutFactory extends EventJsonLayoutBaseFactory {

    private final Style style;

    @JsonCreator
    EventLayoutFactory(@JsonProperty("environment") String environment, @JsonProperty("pattern") String pattern) {
        this.style = new Style(environment, pattern);
        setTimestampFormat(Style.TIMESTAMP);
        setFlattenMdc(true);
    }

    @Override
    public LayoutBase<ILoggingEvent> build(LoggerContext context, TimeZone timeZone) {
        return new DiscreetLayout(
                style.isForMachines()
                        ? super.build(context, timeZone)
                        : style.pattern(new DropwizardLayoutFactory().build(context, timeZone)));
    }
}
