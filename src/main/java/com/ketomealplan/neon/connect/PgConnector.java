package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.function.Consumer;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections by pgjdbc, with a time for each phase. The credentials travel beside the URL and never in it, because
 * the driver logs a URL that it cannot read.
 */
public final class PgConnector implements Connector {

    private final Driver driver = new Driver();
    private final Endpoint endpoint;
    private final PhaseBudgets budgets;
    private final Duration whole;

    public PgConnector(Endpoint endpoint, PhaseBudgets budgets) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.budgets = budgets;
        Duration all = budgets.tcp().plus(budgets.tls()).plus(budgets.login());
        this.whole = endpoint.connectTimeout()
                .filter(bound -> bound.compareTo(all) < 0)
                .orElse(all);
    }

    @Override
    public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
        Attempt attempt = new Attempt(budgets, atMost.compareTo(whole) < 0 ? atMost : whole, entered);
        attempt.begin();
        try {
            Connection connection = driver.connect(endpoint.jdbcUrl(), properties());
            if (connection == null) {
                throw new IllegalStateException("the driver does not accept " + endpoint);
            }
            attempt.end();
            if (attempt.overrun().isPresent()) { // just before its end
                connection.close();
                throw timeout(attempt.overrun().get(), null);
            }
            return new PhysicalConnection(connection, attempt.socket(), endpoint);
        } catch (SQLException e) {
            if (attempt.overrun().isPresent() && !(e instanceof PhaseTimeoutException)) {
                throw timeout(attempt.overrun().get(), e);
            }
            throw e;
        } finally {
            attempt.end();
        }
    }

    private PhaseTimeoutException timeout(Attempt.Overrun overrun, SQLException cause) {
        return new PhaseTimeoutException(
                endpoint.toString(), overrun.phase(), overrun.budget(), endpoint.isNeon(), cause);
    }

    /** The driver's own time-outs are out of the way: the {@link Attempt} watches. */
    private Properties properties() {
        Properties properties = endpoint.connectionProperties();
        PGProperty.SOCKET_FACTORY.set(properties, AttemptSockets.class.getName());
        PGProperty.LOGIN_TIMEOUT.set(properties, "0"); // otherwise it would connect on another thread
        PGProperty.CONNECT_TIMEOUT.set(properties, "0");
        PGProperty.SSL_RESPONSE_TIMEOUT.set(
                properties, Long.toString(budgets.tls().plusSeconds(1).toMillis()));
        return properties;
    }

    @Override
    public String target() {
        return endpoint.toString();
    }
}
