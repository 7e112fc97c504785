package com.ketomealplan.neon.url;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Collectors;

/**
 * A checked place to connect to, in the terms of pgjdbc. Immutable; its {@link #toString()} may be logged.
 *
 * @param hosts the servers in the order in which they are tried, at least one
 * @param database the database's name
 * @param user the role to log in as
 * @param password empty where the server asks for none
 * @param driverProperties pgjdbc's connection properties, without user and password
 * @param settings what sessions are to have, however that is done here
 * @param pooled whether there is a pooler between, which gives each transaction another session
 * @param notices what of the URL has no effect here, for the log
 */
public record Endpoint(
        List<HostAndPort> hosts,
        String database,
        String user,
        Optional<Secret> password,
        Map<String, String> driverProperties,
        SessionSettings settings,
        boolean pooled,
        List<String> notices) {

    private static final String OPTIONS = "options";
    private static final Set<String> UTC =
            Set.of("UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z", "Zulu", "Etc/UCT", "Universal");

    public Endpoint {
        hosts = List.copyOf(hosts);
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(settings, "settings");
        driverProperties = Map.copyOf(driverProperties);
        notices = List.copyOf(notices);
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("an endpoint has at least one host");
        }
    }

    /**
     * Reads a connection URL as libpq does.
     *
     * @throws InvalidDatabaseUrlException naming every mistake, and quoting nothing of the URL
     */
    public static Endpoint parse(String url) {
        return new DatabaseUrlParser(url).parse();
    }

    /**
     * What pgjdbc calls the URL: hosts and database only. User, password and all settings travel in
     * {@link #connectionProperties()}, because pgjdbc puts a URL that it cannot read into exceptions and logs.
     */
    public String jdbcUrl() {
        return "jdbc:postgresql://"
                + hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","))
                + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Everything but {@link #jdbcUrl()}: holds the password, and must not be logged. */
    public Properties connectionProperties() {
        return connectionProperties(sessionSettings());
    }

    /** The same for sessions in which the server ends by itself what takes longer than that, unless the URL says when. */
    public Properties connectionProperties(Duration timeout) {
        String milliseconds = Long.toString(timeout.toMillis());
        return connectionProperties(sessionSettings()
                .withDefault("statement_timeout", milliseconds)
                .withDefault("idle_in_transaction_session_timeout", milliseconds));
    }

    private Properties connectionProperties(SessionSettings session) {
        Properties properties = new Properties();
        properties.putAll(driverProperties);
        properties.putIfAbsent("logServerErrorDetail", "false"); // it quotes values of rows
        if (pooled) {
            // A named statement of one client may meet another client's server connection
            properties.putIfAbsent("prepareThreshold", "0");
        } else {
            String options = (driverProperties.getOrDefault(OPTIONS, "") + " " + session.options()).strip();
            if (!options.isEmpty()) {
                properties.setProperty(OPTIONS, options);
            }
        }
        properties.setProperty("user", user);
        password.ifPresent(secret -> properties.setProperty("password", secret.reveal()));
        return properties;
    }

    /** Neon drops the time zone that pgjdbc sends, as it drops all startup parameters but a few; options get through. */
    private SessionSettings sessionSettings() {
        String zone = TimeZone.getDefault().getID();
        // Only names of regions: of Java's other ones the server does not know some, and reads GMT+2 the other way
        // round
        boolean region = zone.contains("/") && !UTC.contains(zone);
        return isNeon() && region ? settings.withDefault("TimeZone", zone) : settings;
    }

    /**
     * What each transaction is to begin with: behind a pooler the settings of a session would be the next client's too,
     * and {@code options} are refused.
     */
    public SessionSettings transactionSettings() {
        return pooled ? settings : SessionSettings.NONE;
    }

    /** The bound on opening a connection that the URL sets ({@code connect_timeout}). */
    public Optional<Duration> connectTimeout() {
        return Optional.ofNullable(driverProperties.get("loginTimeout"))
                .map(Long::parseLong)
                .filter(seconds -> seconds > 0)
                .map(Duration::ofSeconds);
    }

    /** Whether the server is Neon's, so that a compute may be asleep behind it. */
    public boolean isNeon() {
        return hosts.stream().anyMatch(HostAndPort::isNeon);
    }

    /**
     * The same database without Neon's pooler between: what needs a session of its own (migrations, advisory locks, LISTEN)
     * works only there. Empty if there is a pooler that is not Neon's, behind which the server is not known.
     */
    public Optional<Endpoint> direct() {
        if (!pooled) {
            return Optional.of(this);
        }
        return isNeon() ? Optional.of(at(hosts.stream().map(HostAndPort::direct).toList(), false)) : Optional.empty();
    }

    /** The same database through Neon's pooler. Empty where it is not Neon's. */
    public Optional<Endpoint> throughPooler() {
        return isNeon() ? Optional.of(at(hosts.stream().map(HostAndPort::pooled).toList(), true)) : Optional.empty();
    }

    /** This endpoint, known to be a pooler although its name does not say so. */
    public Endpoint asPooled() {
        return at(hosts, true);
    }

    private Endpoint at(List<HostAndPort> otherHosts, boolean behindPooler) {
        return new Endpoint(otherHosts, database, user, password, driverProperties, settings, behindPooler, notices);
    }

    /** This endpoint, for log-ins as another user, or with another password. */
    public Endpoint as(String otherUser, Optional<Secret> otherPassword) {
        return new Endpoint(hosts, database, otherUser, otherPassword, driverProperties, settings, pooled, notices);
    }

    /** What another URL has else than this one, beside user and password, such as "another host"; empty if there is nothing. */
    public Optional<String> differenceTo(Endpoint other) {
        if (!hosts.equals(other.hosts)) {
            return Optional.of("another host or port");
        }
        if (!database.equals(other.database)) {
            return Optional.of("another database");
        }
        return driverProperties.equals(other.driverProperties)
                        && settings.equals(other.settings)
                        && pooled == other.pooled
                ? Optional.empty()
                : Optional.of("other parameters");
    }

    /** This endpoint, with a setting added unless the URL already has it. */
    public Endpoint withDefault(String driverProperty, String value) {
        Map<String, String> properties = new HashMap<>(driverProperties);
        properties.putIfAbsent(driverProperty, value);
        return new Endpoint(hosts, database, user, password, properties, settings, pooled, notices);
    }

    /** What of the URL, or of this process, takes no effect or less than one may think: for the log. */
    @Override
    public List<String> notices() {
        List<String> all = new ArrayList<>(notices);
        if (pooled && !settings.values().isEmpty()) {
            all.add("Through a pooler, " + String.join(", ", settings.names())
                    + " of the database URL take effect inside transactions only");
        }
        String zone = TimeZone.getDefault().getID();
        if (pooled && isNeon() && !settings.names().contains("TimeZone") && !UTC.contains(zone)) {
            all.add("Through Neon's pooler, sessions have the server's time zone (GMT), not this process's (" + zone
                    + "); write options=-c%20TimeZone%3D" + zone + " into the database URL if SQL depends on it");
        }
        return List.copyOf(all);
    }

    /** What is wrong with the files that it names, such as a certificate that is none. They are read. */
    public List<String> fileProblems() {
        return TlsFiles.problems(driverProperties);
    }

    @Override
    public String toString() {
        return hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","))
                + "/"
                + database
                + " (user "
                + user
                + ", sslmode "
                + driverProperties.getOrDefault("sslmode", SslMode.PREFER.toString())
                + ")";
    }
}
