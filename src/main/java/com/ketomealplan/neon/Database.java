package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhaseTimeouts;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.credentials.CredentialSelector;
import com.ketomealplan.neon.credentials.CredentialSource;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.url.Endpoint;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** An open database: that of a URL, or the embedded one, which runs while a process has it open. */
final class Database implements AutoCloseable {

    private final Endpoint endpoint;
    private final CredentialSelector credentials;
    private final Runnable onClose;
    private final PhaseTimeouts timeouts;

    private Database(Endpoint endpoint, CredentialSelector credentials, PhaseTimeouts timeouts, Runnable onClose) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.timeouts = timeouts;
        this.onClose = onClose;
    }

    /**
     * Opens the database of a URL.
     *
     * @param credentials the credentials of log-ins, in place of the endpoint's
     */
    static Database at(Endpoint endpoint, CredentialSource credentials, PhaseTimeouts timeouts) {
        return new Database(endpoint, new CredentialSelector(credentials), timeouts, () -> {});
    }

    static Database embedded(Path directory, PhaseTimeouts timeouts) {
        EmbeddedDatabase database = EmbeddedDatabase.join(directory);
        CredentialSelector credentials = new CredentialSelector(CredentialSource.of(database.endpoint()));
        return new Database(database.endpoint(), credentials, timeouts, database::close);
    }

    /** Returns the database with an application name, unless its URL has one. */
    Database named(String applicationName) {
        return applicationName.isEmpty()
                ? this
                : new Database(
                        endpoint.withDefault("ApplicationName", applicationName), credentials, timeouts, onClose);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    boolean isNeon() {
        return endpoint.isNeon();
    }

    /** Returns notices on parts of the URL that have no effect, for the log. */
    List<String> notices() {
        return endpoint.notices();
    }

    /**
     * Returns a connector to the endpoint of the URL.
     *
     * @param timeout the {@code statement_timeout} of its sessions
     */
    PgConnector connector(Duration timeout) {
        return connector(endpoint).withSessionTimeout(timeout);
    }

    /** Returns a connector to the database without a pooler; it fails if the direct endpoint is not known. */
    Connector directConnector() {
        return endpoint.direct()
                .<Connector>map(this::connector)
                .orElseGet(() -> new NoDirectConnector(endpoint.toString()));
    }

    private PgConnector connector(Endpoint where) {
        return new PgConnector(where, credentials, timeouts);
    }

    /** The connector behind a pooler that is not Neon's: a session's lock would stay with a connection that the pooler shares. */
    private record NoDirectConnector(String target) implements Connector {
        @Override
        public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
            throw new SQLException(
                    "this needs a session of its own, and the database URL names a pooler: use the URL of the server"
                            + " behind it, without pooledEndpoint and pgbouncer=true",
                    "08004");
        }
    }

    @Override
    public void close() {
        onClose.run();
    }
}
