package com.ketomealplan.logging;

import ch.qos.logback.access.common.spi.IAccessEvent;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.dropwizard.logging.json.AccessJsonLayoutBaseFactory;
import io.dropwizard.request.logging.layout.LogbackAccessRequestLayoutFactory;
import java.util.Set;
import java.util.TimeZone;

/** The layout of the request log, in the style of {@link EventLayoutFactory}. */
@JsonTypeName("access-by-environment")
public final class AccessLayoutFactory extends AccessJsonLayoutBaseFactory {

    static final String HEADER = "X-Request-Id";
    static final String ATTRIBUTE = "trace_id";

    private final Style style;

    @JsonCreator
    AccessLayoutFactory(@JsonProperty("environment") String environment, @JsonProperty("pattern") String pattern) {
        this.style = new Style(environment, pattern);
        setTimestampFormat(Style.TIMESTAMP);
        setResponseHeaders(Set.of(HEADER));
        setRequestAttributes(Set.of(ATTRIBUTE));
    }

    @Override
    public LayoutBase<IAccessEvent> build(LoggerContext context, TimeZone timeZone) {
        if (!style.isForMachines()) {
            return style.pattern(new LogbackAccessRequestLayoutFactory().build(context, timeZone));
        }
        return isOurs() ? new AccessLine(createTimestampFormatter(timeZone)) : general(context, timeZone);
    }

    /** Returns the layout that knows all settings. */
    LayoutBase<IAccessEvent> general(LoggerContext context, TimeZone timeZone) {
        return super.build(context, timeZone);
    }

    /** Returns whether none of Dropwizard's settings of the line was changed. */
    private boolean isOurs() {
        return getIncludes().equals(new AccessJsonLayoutBaseFactory().getIncludes())
                && getRequestHeaders().isEmpty()
                && getResponseHeaders().equals(Set.of(HEADER))
                && getRequestAttributes().equals(Set.of(ATTRIBUTE))
                && getCustomFieldNames().isEmpty()
                && getAdditionalFields().isEmpty()
                && Style.TIMESTAMP.equals(getTimestampFormat())
                && isAppendLineSeparator()
                && !isPrettyPrint();
    }
}
