package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Opens connections by pgjdbc, handing it the credentials beside the URL and never in it. */
public final class PgConnector implements Connector {

    private static final Duration SHORTEST_BUDGET = Duration.ofSeconds(1);

    private final Driver driver = new Driver();
    private final Endpoint endpoint;

    public PgConnector(Endpoint endpoint) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
    }

    @Override
    public Connection open(Duration budget) throws SQLException {
        Properties properties = endpoint.connectionProperties();
        long bound = Math.max(budget.toSeconds(), SHORTEST_BUDGET.toSeconds());
        String seconds = Long.toString(bound);
        // connectTimeout bounds TCP and TLS only, and the driver's loginTimeout gives up without ending the attempt:
        // the socket's own time-out is what frees a thread whose server is silent. It is lifted after the log-in.
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds);
        int ofUrl = PGProperty.LOGIN_TIMEOUT.getInt(properties); // 0: none
        PGProperty.LOGIN_TIMEOUT.set(properties, Long.toString(ofUrl > 0 ? Math.min(ofUrl, bound) : bound));
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds);
        Connection connection = driver.connect(endpoint.jdbcUrl(), properties);
        if (connection == null) {
            throw new IllegalStateException("the driver does not accept " + endpoint);
        }
        try {
            connection.setNetworkTimeout(Runnable::run, 0);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public String target() {
        return endpoint.toString();
    }
}
