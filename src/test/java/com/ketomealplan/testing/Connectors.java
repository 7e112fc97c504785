package com.ketomealplan.testing;

import com.ketomealplan.neon.ConnectSettings;
import com.ketomealplan.neon.NeonDataSourceFactory;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.PhaseTimeouts;
import com.ketomealplan.neon.credentials.CredentialSelector;
import com.ketomealplan.neon.credentials.CredentialSource;
import com.ketomealplan.neon.url.Endpoint;

/** The connectors of a service that has a URL, and no other settings of connections. */
public final class Connectors {

    public static final PhaseTimeouts TIMEOUTS =
            of(NeonDataSourceFactory.withDefaults().connect());

    private Connectors() {}

    private static PhaseTimeouts of(ConnectSettings settings) {
        return new PhaseTimeouts(
                settings.tcpTimeout().toJavaDuration(),
                settings.tlsTimeout().toJavaDuration(),
                settings.loginTimeout().toJavaDuration());
    }

    public static PgConnector to(Endpoint endpoint) {
        return to(endpoint, TIMEOUTS);
    }

    public static PgConnector to(Endpoint endpoint, PhaseTimeouts timeouts) {
        return new PgConnector(endpoint, new CredentialSelector(CredentialSource.of(endpoint)), timeouts);
    }
}
