package com.ketomealplan.logging;

import ch.qos.logback.access.common.spi.IAccessEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.dropwizard.logging.json.layout.TimestampFormatter;

/**
 * The line of a request that {@code AccessJsonLayout} makes with the settings of {@link AccessLayoutFactory}, character for character,
 * without its maps. Thread-safe.
 */
final class AccessLine extends LayoutBase<IAccessEvent> {

    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

    private final TimestampFormatter time;

    AccessLine(TimestampFormatter time) {
        this.time = time;
    }

    @Override
    public String doLayout(IAccessEvent event) {
        StringBuilder line = new StringBuilder(512);
        line.append("{\"timestamp\":\"")
                .append(time.format(event.getTimeStamp()))
                .append('"');
        line.append(",\"contentLength\":").append(event.getContentLength());
        add(line, ",\"method\":", event.getMethod());
        add(line, ",\"protocol\":", event.getProtocol());
        add(line, ",\"remoteAddress\":", event.getRemoteAddr());
        add(line, ",\"remoteUser\":", event.getRemoteUser());
        line.append(",\"requestTime\":").append(event.getElapsedTime());
        add(line, ",\"uri\":", event.getRequestURI());
        String id = event.getResponseHeaderMap().get(AccessLayoutFactory.HEADER);
        if (id != null) {
            add(line, ",\"responseHeaders\":{\"X-Request-Id\":", id);
            line.append('}');
        }
        line.append(",\"status\":").append(event.getStatusCode());
        add(line, ",\"userAgent\":", event.getRequestHeader("User-Agent"));
        String trace = event.getAttribute(AccessLayoutFactory.ATTRIBUTE);
        if (trace != null) {
            add(line, ",\"requestAttributes\":{\"trace_id\":", trace);
            line.append('}');
        }
        return line.append("}\n").toString();
    }

    private static void add(StringBuilder line, String name, String value) {
        if (value != null) {
            line.append(name).append('"');
            ENCODER.quoteAsString(value, line);
            line.append('"');
        }
    }
}
