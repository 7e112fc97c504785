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
 * A validated database endpoint, in the terms of pgjdbc. Immutable; its {@link #toString()} may be logged.
 *
 * @param hosts the servers in the order in which they are tried, at least one
 * @param database the database's name
 * @param user the role to log in as
 * @param password empty if the server requires none
 * @param driverProperties pgjdbc's connection properties, without user and password
 * @param settings the run-time parameters of sessions
 * @param pooled whether it is a pooler in transaction mode
 * @param notices notices on parts of the URL that have no effect, for the log
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

    /** Returns whether a parameter of a URL is known by this name: it is honoured, or rejected with what to write in its place. */
    public static boolean isParameter(String name) {
        return LibpqParameters.named(name).isPresent();
    }

    /** Returns what to do about a name that is no parameter, for the end of a message. */
    public static String adviceFor(String unknown) {
        return LibpqParameters.adviceFor(unknown);
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
     * Returns the JDBC URL, with hosts and database only. User, password and all settings are in
     * {@link #connectionProperties()}, because pgjdbc puts a URL that it cannot read into exceptions and logs.
     */
    public String jdbcUrl() {
        return "jdbc:postgresql://"
                + hosts.stream().map(HostAndPort::toString).collect(Collectors.joining(","))
                + "/"
                + percentEncoded(database);
    }

    /** Returns a text as it is written in a URL; unlike {@link URLEncoder}, a space as {@code %20}. */
    public static String percentEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Returns the connection properties. They contain the password, and must not be logged. */
    public Properties connectionProperties() {
        return connectionProperties(sessionSettings());
    }

    /** Returns the connection properties with a statement and an idle timeout, unless the URL sets them. */
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
        // Only names of regions: PostgreSQL lacks some of Java's other names, and reads GMT+2 with the opposite sign
        boolean region = zone.contains("/") && !UTC.contains(zone);
        return isNeon() && region ? settings.withDefault("TimeZone", zone) : settings;
    }

    /**
     * Returns the settings for each transaction: behind a pooler the next client gets the same session, and {@code options}
     * are refused.
     */
    public SessionSettings transactionSettings() {
        return pooled ? settings : SessionSettings.NONE;
    }

    /** Returns the {@code connect_timeout} of the URL. */
    public Optional<Duration> connectTimeout() {
        return Optional.ofNullable(driverProperties.get("loginTimeout"))
                .map(Long::parseLong)
                .filter(seconds -> seconds > 0)
                .map(Duration::ofSeconds);
    }

    /** Returns whether the server is Neon, so that a compute may be asleep. */
    public boolean isNeon() {
        return hosts.stream().anyMatch(HostAndPort::isNeon);
    }

    /**
     * Returns the endpoint without Neon's pooler, as needed for session state (migrations, advisory locks, LISTEN). Empty behind
     * another pooler, whose server is not known.
     */
    public Optional<Endpoint> direct() {
        if (!pooled) {
            return Optional.of(this);
        }
        return isNeon() ? Optional.of(at(hosts.stream().map(HostAndPort::direct).toList(), false)) : Optional.empty();
    }

    /** Returns this endpoint, marked as a pooler. */
    public Endpoint asPooled() {
        return at(hosts, true);
    }

    private Endpoint at(List<HostAndPort> otherHosts, boolean behindPooler) {
        return new Endpoint(otherHosts, database, user, password, driverProperties, settings, behindPooler, notices);
    }

    /** Returns this endpoint with another user and password. */
    public Endpoint as(String otherUser, Optional<Secret> otherPassword) {
        return new Endpoint(hosts, database, otherUser, otherPassword, driverProperties, settings, pooled, notices);
    }

    /** Returns the difference of another URL, apart from user and password, such as "another host"; empty if there is none. */
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

    /** Returns this endpoint with a driver property, unless the URL has set it. */
    public Endpoint withDefault(String driverProperty, String value) {
        Map<String, String> properties = new HashMap<>(driverProperties);
        properties.putIfAbsent(driverProperty, value);
        return new Endpoint(hosts, database, user, password, properties, settings, pooled, notices);
    }

    /** Returns notices on settings with no effect, or less than expected, for the log. */
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

    /** Returns the problems of the files in the URL, such as an invalid certificate. Reads the files. */
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
