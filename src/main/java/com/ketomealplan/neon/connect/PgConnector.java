package com.ketomealplan.neon.connect;

import com.ketomealplan.neon.credentials.CredentialSelector;
import com.ketomealplan.neon.credentials.CredentialSelector.LogIn;
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
 * Opens connections with pgjdbc, with a timeout for each phase. The credentials are properties and never in the URL, because
 * the driver logs a URL that it cannot parse.
 */
public final class PgConnector implements Connector {

    private static final Logger LOG = LoggerFactory.getLogger(PgConnector.class);

    /** The error of PgBouncer. */
    private static final Pattern REFUSED = Pattern.compile("unsupported startup parameter");

    /** The initial credentials, those written since, and those written during the second attempt. */
    private static final int MAX_LOG_INS = 3;

    private final Driver driver = new Driver();
    private final Endpoint endpoint;
    private final CredentialSelector credentials;
    private final PhaseTimeouts timeouts;
    private final Duration total;
    private final Optional<Duration> sessionTimeout;
    private final Optional<ScramKeyCache> scramKeys;
    /** Whether a pooler has refused startup options, as PgBouncer does. */
    private volatile boolean optionsRefused;

    /**
     * @param credentials the credentials of log-ins, in place of the endpoint's user and password
     */
    public PgConnector(Endpoint endpoint, CredentialSelector credentials, PhaseTimeouts timeouts) {
        this(endpoint, credentials, timeouts, Optional.empty(), Optional.empty());
    }

    private PgConnector(
            Endpoint endpoint,
            CredentialSelector credentials,
            PhaseTimeouts timeouts,
            Optional<Duration> sessionTimeout,
            Optional<ScramKeyCache> scramKeys) {
        this.sessionTimeout = sessionTimeout;
        this.scramKeys = scramKeys;
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.credentials = credentials;
        this.timeouts = timeouts;
        Duration all = timeouts.tcp().plus(timeouts.tls()).plus(timeouts.login());
        this.total = endpoint.connectTimeout()
                .filter(bound -> bound.compareTo(all) < 0)
                .orElse(all);
    }

    /**
     * Returns a connector whose sessions have a {@code statement_timeout} and an {@code idle_in_transaction_session_timeout}, for when this
     * side cannot cancel any more. Through a pooler, sessions have none.
     */
    public PgConnector withSessionTimeout(Duration timeout) {
        return new PgConnector(
                endpoint, credentials, timeouts, Optional.of(timeout).filter(any -> !endpoint.pooled()), scramKeys);
    }

    /**
     * Returns a connector that computes the key of a SCRAM log-in once for each password and salt. After some log-ins it puts a provider of
     * PBKDF2 before the JVM's other ones, which passes on what others ask for.
     */
    public PgConnector withScramKeyCache() {
        return withScramKeyCache(new ScramKeyCache());
    }

    PgConnector withScramKeyCache(ScramKeyCache cache) {
        return new PgConnector(endpoint, credentials, timeouts, sessionTimeout, Optional.of(cache));
    }

    /** Opens a connection; after a refused log-in, again with credentials that have changed since. */
    @Override
    public PhysicalConnection open(Duration atMost, Consumer<Phase> onPhase) throws SQLException {
        LogIn login = credentials.next();
        for (int attempt = 1; ; attempt++) {
            try {
                PhysicalConnection opened = open(login, atMost, onPhase);
                credentials.accepted(login);
                return opened;
            } catch (SQLException e) {
                if (Failure.toOpen(e).kind() != FailureKind.AUTHENTICATION) {
                    throw e;
                }
                Optional<LogIn> other = credentials.refused(login);
                if (other.isEmpty() || attempt == MAX_LOG_INS) {
                    throw e;
                }
                login = other.get();
            }
        }
    }

    private PhysicalConnection open(LogIn login, Duration atMost, Consumer<Phase> onPhase) throws SQLException {
        Endpoint as =
                endpoint.as(login.credentials().user(), login.credentials().password());
        try {
            return attempt(as, atMost, onPhase);
        } catch (SQLException e) {
            if (optionsRefused
                    || sessionTimeout.isEmpty()
                    || !REFUSED.matcher(String.valueOf(e.getMessage())).find()) {
                throw e;
            }
            optionsRefused = true;
            LOG.info(
                    "{} refuses options of a session, as a pooler does: timeouts are set for each transaction",
                    endpoint);
            return attempt(as, atMost, onPhase);
        }
    }

    private PhysicalConnection attempt(Endpoint as, Duration atMost, Consumer<Phase> onPhase) throws SQLException {
        TimedAttempt attempt =
                new TimedAttempt(timeouts, atMost.compareTo(total) < 0 ? atMost : total, onPhase, scramKeys);
        scramKeys.ifPresent(ScramKeyCache::onLogIn);
        attempt.begin();
        try {
            Connection connection = driver.connect(as.jdbcUrl(), properties(as));
            if (connection == null) {
                throw new IllegalStateException("the driver does not accept " + endpoint);
            }
            attempt.end();
            if (attempt.overrun().isPresent()) { // just before the end of the attempt
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

    private PhaseTimeoutException timeout(TimedAttempt.Overrun overrun, SQLException cause) {
        return new PhaseTimeoutException(
                endpoint.toString(), overrun.phase(), overrun.timeout(), endpoint.isNeon(), cause);
    }

    /** Switches the driver's timeouts off: {@link TimedAttempt} has its own. */
    private Properties properties(Endpoint as) {
        Properties properties = optionsRefused
                ? as.connectionProperties()
                : sessionTimeout.map(as::connectionProperties).orElseGet(as::connectionProperties);
        properties.putIfAbsent(
                "password", ""); // otherwise the driver reads a password file, without a check of its permissions
        PGProperty.SOCKET_FACTORY.set(properties, AttemptSocketFactory.class.getName());
        PGProperty.LOGIN_TIMEOUT.set(properties, "0"); // otherwise it would connect on another thread
        PGProperty.CONNECT_TIMEOUT.set(properties, "0");
        PGProperty.SSL_RESPONSE_TIMEOUT.set(
                properties, Long.toString(timeouts.tls().plusSeconds(1).toMillis()));
        return properties;
    }

    @Override
    public boolean canReloadCredentials() {
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
