package com.ketomealplan.http;

import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.core.server.ServerFactory;
import io.dropwizard.core.server.SimpleServerFactory;
import io.dropwizard.jetty.ConnectorFactory;
import io.dropwizard.jetty.HttpConnectorFactory;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCompliance.Violation;

/**
 * Requires CR LF at the end of lines. Dropwizard's default also accepts a lone LF, in heads and between chunks; behind a proxy
 * that does not, that allows request smuggling.
 */
final class StrictLines {

    private StrictLines() {}

    static void use(ServerFactory server) {
        connectors(server)
                .filter(HttpConnectorFactory.class::isInstance)
                .map(HttpConnectorFactory.class::cast)
                .forEach(connector -> connector.setHttpCompliance(strict(connector.getHttpCompliance())));
    }

    private static Stream<ConnectorFactory> connectors(ServerFactory server) {
        if (server instanceof DefaultServerFactory two) {
            return Stream.concat(two.getApplicationConnectors().stream(), two.getAdminConnectors().stream());
        }
        return server instanceof SimpleServerFactory one ? Stream.of(one.getConnector()) : Stream.empty();
    }

    private static HttpCompliance strict(HttpCompliance configured) {
        return configured.without(
                configured.getName() + "_WITH_CR", Violation.LF_HEADER_TERMINATION, Violation.LF_CHUNK_TERMINATION);
    }
}
