package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.url.Endpoint;
import java.nio.file.Path;
import java.util.List;

/** A database in use: the one a URL names, or the embedded one, which runs while somebody has it open. */
final class Database implements AutoCloseable {

    private final Endpoint endpoint;
    private final Runnable onClose;
    private final String applicationName;

    private Database(Endpoint endpoint, String applicationName, Runnable onClose) {
        this.endpoint = endpoint;
        this.applicationName = applicationName;
        this.onClose = onClose;
    }

    static Database at(Endpoint endpoint, String applicationName) {
        return new Database(endpoint, applicationName, () -> {});
    }

    static Database embedded(Path directory, String applicationName) {
        EmbeddedDatabase database = EmbeddedDatabase.join(directory);
        return new Database(database.endpoint(), applicationName, database::close);
    }

    /** What of the URL has no effect, for the log. */
    List<String> notices() {
        return endpoint.notices();
    }

    /** To the endpoint that the URL names. */
    Connector connector() {
        return connector(endpoint);
    }

    /** To the same database, with a session of one's own. */
    Connector directConnector() {
        return connector(endpoint.direct());
    }

    private Connector connector(Endpoint where) {
        return new PgConnector(
                applicationName.isEmpty() ? where : where.withDefault("ApplicationName", applicationName));
    }

    @Override
    public void close() {
        onClose.run();
    }
}
