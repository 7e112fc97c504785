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

    private final Style style;

    @JsonCreator
    AccessLayoutFactory(@JsonProperty("environment") String environment, @JsonProperty("pattern") String pattern) {
        this.style = new Style(environment, pattern);
        setTimestampFormat(Style.TIMESTAMP);
        setResponseHeaders(Set.of("X-Request-Id"));
        setRequestAttributes(Set.of("trace_id"));
    }

    @Override
    public LayoutBase<IAccessEvent> build(LoggerContext context, TimeZone timeZone) {
        return style.isForMachines()
                ? super.build(context, timeZone)
                : style.pattern(new LogbackAccessRequestLayoutFactory().build(context, timeZone));
    }
}
