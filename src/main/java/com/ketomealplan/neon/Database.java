package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhaseBudgets;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.credentials.CredentialMemory;
import com.ketomealplan.neon.credentials.CredentialSource;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.url.Endpoint;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A database in use: the one a URL names, or the embedded one, which runs while somebody has it open. */
final class Database implements AutoCloseable {

    private final Endpoint endpoint;
    private final CredentialMemory credentials;
    private final Runnable onClose;
    private final PhaseBudgets budgets;

    private Database(Endpoint endpoint, CredentialMemory credentials, PhaseBudgets budgets, Runnable onClose) {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.budgets = budgets;
        this.onClose = onClose;
    }

    /**
     * The one that a URL names.
     *
     * @param credentials what log-ins present, in place of what the endpoint has
     */
    static Database at(Endpoint endpoint, CredentialSource credentials, PhaseBudgets budgets) {
        return new Database(endpoint, new CredentialMemory(credentials), budgets, () -> {});
    }

    static Database embedded(Path directory, PhaseBudgets budgets) {
        EmbeddedDatabase database = EmbeddedDatabase.join(directory);
        CredentialMemory credentials = new CredentialMemory(CredentialSource.of(database.endpoint()));
        return new Database(database.endpoint(), credentials, budgets, database::close);
    }

    /** The same, with a name for its sessions unless its URL has one. */
    Database named(String applicationName) {
        return applicationName.isEmpty()
                ? this
                : new Database(endpoint.withDefault("ApplicationName", applicationName), credentials, budgets, onClose);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    boolean isNeon() {
        return endpoint.isNeon();
    }

    /** What of the URL has no effect, for the log. */
    List<String> notices() {
        return endpoint.notices();
    }

    /**
     * To the endpoint that the URL names.
     *
     * @param timeout when the server ends by itself what this side did not
     */
    Connector connector(Duration timeout) {
        return connector(endpoint).withSessionTimeout(timeout);
    }

    /** To the same database, with a session of one's own; refuses to open any where the server is not known. */
    Connector directConnector() {
        return endpoint.direct()
                .<Connector>map(this::connector)
                .orElseGet(() -> new NoDirectConnector(endpoint.toString()));
    }

    private PgConnector connector(Endpoint where) {
        return new PgConnector(where, credentials, budgets);
    }

    /** Behind a pooler that is not Neon's. A lock of a session would stay with one that the pooler hands to others. */
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
