package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.url.Endpoint;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections by pgjdbc, with a time for each phase. The credentials travel beside the URL and never in it, because
 * the driver logs a URL that it cannot read.
 */
public final class PgConnector implements Connector {

    private static final Logger LOG = LoggerFactory.getLogger(PgConnector.class);

    /** PgBouncer's words. */
    private static final Pattern REFUSED = Pattern.compile("unsupported startup parameter");

    private final Driver driver = new Driver();
    private final Endpoint endpoint;
    private final PhaseBudgets budgets;
    private final Duration whole;
    private final Optional<Duration> sessionTimeout;
    /** Whether something between refuses options of the session, as PgBouncer does. */
    private volatile boolean optionsRefused;

    public PgConnector(Endpoint endpoint, PhaseBudgets budgets) {
        this(endpoint, budgets, Optional.empty());
    }

    private PgConnector(Endpoint endpoint, PhaseBudgets budgets, Optional<Duration> sessionTimeout) {
        this.sessionTimeout = sessionTimeout;
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.budgets = budgets;
        Duration all = budgets.tcp().plus(budgets.tls()).plus(budgets.login());
        this.whole = endpoint.connectTimeout()
                .filter(bound -> bound.compareTo(all) < 0)
                .orElse(all);
    }

    /**
     * The same, whose sessions the server lets execute no statement, and stay idle in no transaction, for longer than that: what it does
     * if this side no longer can. Where sessions cannot be given a time-out, because a pooler is between, they have none.
     */
    public PgConnector withSessionTimeout(Duration timeout) {
        return new PgConnector(endpoint, budgets, Optional.of(timeout).filter(any -> !endpoint.pooled()));
    }

    @Override
    public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
        long begun = System.nanoTime();
        try {
            return attempt(atMost, entered);
        } catch (SQLException e) {
            if (optionsRefused
                    || sessionTimeout.isEmpty()
                    || !REFUSED.matcher(String.valueOf(e.getMessage())).find()) {
                throw e;
            }
            optionsRefused = true;
            LOG.info("{} refuses options of a session, as a pooler does: transactions set their time-outs", endpoint);
            return attempt(atMost.minusNanos(System.nanoTime() - begun), entered);
        }
    }

    private PhysicalConnection attempt(Duration atMost, Consumer<Phase> entered) throws SQLException {
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
            return new PhysicalConnection(
                    connection, attempt.socket(), endpoint, sessionTimeout.filter(any -> !optionsRefused));
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
        Properties properties = optionsRefused
                ? endpoint.connectionProperties()
                : sessionTimeout.map(endpoint::connectionProperties).orElseGet(endpoint::connectionProperties);
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
