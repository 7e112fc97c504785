package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.credentials.CredentialMemory;
import com.ketomealplan.neon.credentials.CredentialMemory.LogIn;
import com.ketomealplan.neon.credentials.CredentialSource;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.failure.FailureKind;
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

    /** Those of the start, those written since, and once more those written during the second attempt. */
    private static final int MOST_LOG_INS = 3;

    private final Driver driver = new Driver();
    private final Endpoint endpoint;
    private final CredentialMemory credentials;
    private final PhaseBudgets budgets;
    private final Duration whole;
    private final Optional<Duration> sessionTimeout;
    /** Whether something between refuses options of the session, as PgBouncer does. */
    private volatile boolean optionsRefused;

    /** With the user and the password that the endpoint has. */
    public PgConnector(Endpoint endpoint, PhaseBudgets budgets) {
        this(endpoint, new CredentialMemory(CredentialSource.of(endpoint)), budgets);
    }

    /**
     * @param credentials what log-ins present, in place of the user and the password that the endpoint has
     */
    public PgConnector(Endpoint endpoint, CredentialMemory credentials, PhaseBudgets budgets) {
        this(endpoint, credentials, budgets, Optional.empty());
    }

    private PgConnector(
            Endpoint endpoint, CredentialMemory credentials, PhaseBudgets budgets, Optional<Duration> sessionTimeout) {
        this.sessionTimeout = sessionTimeout;
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.credentials = credentials;
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
        return new PgConnector(
                endpoint, credentials, budgets, Optional.of(timeout).filter(any -> !endpoint.pooled()));
    }

    /** A log-in that the server refuses is believed when there is nothing else to present. */
    @Override
    public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
        long begun = System.nanoTime();
        LogIn login = credentials.next();
        for (int attempt = 1; ; attempt++) {
            try {
                PhysicalConnection opened = open(login, atMost.minusNanos(System.nanoTime() - begun), entered);
                credentials.accepted(login);
                return opened;
            } catch (SQLException e) {
                if (Failure.toOpen(e).kind() != FailureKind.AUTHENTICATION) {
                    throw e;
                }
                Optional<LogIn> other = credentials.refused(login);
                if (other.isEmpty() || attempt == MOST_LOG_INS) {
                    throw e;
                }
                login = other.get();
            }
        }
    }

    private PhysicalConnection open(LogIn login, Duration atMost, Consumer<Phase> entered) throws SQLException {
        Endpoint as =
                endpoint.as(login.credentials().user(), login.credentials().password());
        long begun = System.nanoTime();
        try {
            return attempt(as, atMost, entered);
        } catch (SQLException e) {
            if (optionsRefused
                    || sessionTimeout.isEmpty()
                    || !REFUSED.matcher(String.valueOf(e.getMessage())).find()) {
                throw e;
            }
            optionsRefused = true;
            LOG.info("{} refuses options of a session, as a pooler does: transactions set their time-outs", endpoint);
            return attempt(as, atMost.minusNanos(System.nanoTime() - begun), entered);
        }
    }

    private PhysicalConnection attempt(Endpoint as, Duration atMost, Consumer<Phase> entered) throws SQLException {
        Attempt attempt = new Attempt(budgets, atMost.compareTo(whole) < 0 ? atMost : whole, entered);
        attempt.begin();
        try {
            Connection connection = driver.connect(as.jdbcUrl(), properties(as));
            if (connection == null) {
                throw new IllegalStateException("the driver does not accept " + endpoint);
            }
            attempt.end();
            if (attempt.overrun().isPresent()) { // just before its end
                connection.close();
                throw timeout(attempt.overrun().get(), null);
            }
            return new PhysicalConnection(
                    connection, attempt.socket(), as, sessionTimeout.filter(any -> !optionsRefused));
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
    private Properties properties(Endpoint as) {
        Properties properties = optionsRefused
                ? as.connectionProperties()
                : sessionTimeout.map(as::connectionProperties).orElseGet(as::connectionProperties);
        properties.putIfAbsent("password", ""); // or the driver looks into a password file, whoever may read that
        PGProperty.SOCKET_FACTORY.set(properties, AttemptSockets.class.getName());
        PGProperty.LOGIN_TIMEOUT.set(properties, "0"); // otherwise it would connect on another thread
        PGProperty.CONNECT_TIMEOUT.set(properties, "0");
        PGProperty.SSL_RESPONSE_TIMEOUT.set(
                properties, Long.toString(budgets.tls().plusSeconds(1).toMillis()));
        return properties;
    }

    @Override
    public boolean rereadsCredentials() {
        return credentials.mayChange();
    }

    @Override
    public boolean hasNewCredentials() {
        return credentials.hasNew();
    }

    @Override
    public String target() {
        return credentials
                .userOfLast()
                .map(user -> endpoint.as(user, Optional.empty()))
                .orElse(endpoint)
                .toString();
    }
}
