package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhaseBudgets;
import com.ketomealplan.neon.connect.PhysicalConnection;
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
    private final Runnable onClose;
    private final PhaseBudgets budgets;

    private Database(Endpoint endpoint, PhaseBudgets budgets, Runnable onClose) {
        this.endpoint = endpoint;
        this.budgets = budgets;
        this.onClose = onClose;
    }

    static Database at(Endpoint endpoint, PhaseBudgets budgets) {
        return new Database(endpoint, budgets, () -> {});
    }

    static Database embedded(Path directory, PhaseBudgets budgets) {
        EmbeddedDatabase database = EmbeddedDatabase.join(directory);
        return new Database(database.endpoint(), budgets, database::close);
    }

    /** The same, with a name for its sessions unless its URL has one. */
    Database named(String applicationName) {
        return applicationName.isEmpty()
                ? this
                : new Database(endpoint.withDefault("ApplicationName", applicationName), budgets, onClose);
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
        return new PgConnector(where, budgets);
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
