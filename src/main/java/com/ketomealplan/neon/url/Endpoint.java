package com.ketomealplan.neon.url;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * A checked place to connect to, in the terms of pgjdbc. Immutable; its {@link #toString()} may be logged.
 *
 * @param hosts the servers in the order in which they are tried, at least one
 * @param database the database's name
 * @param user the role to log in as
 * @param password empty where the server asks for none
 * @param driverProperties pgjdbc's connection properties, without user and password
 * @param notices what of the URL has no effect here, for the log
 */
public record Endpoint(
        List<HostAndPort> hosts,
        String database,
        String user,
        Optional<Secret> password,
        Map<String, String> driverProperties,
        List<String> notices) {

    public Endpoint {
        hosts = List.copyOf(hosts);
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
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
        Properties properties = new Properties();
        properties.putAll(driverProperties);
        properties.setProperty("user", user);
        password.ifPresent(secret -> properties.setProperty("password", secret.reveal()));
        return properties;
    }

    /**
     * The same database without Neon's pooler between: what needs a session of its own (migrations, advisory locks)
     * works only there. This, if there is no pooler.
     */
    public Endpoint direct() {
        return new Endpoint(
                hosts.stream().map(HostAndPort::direct).toList(), database, user, password, driverProperties, notices);
    }

    /** This endpoint, with a setting added unless the URL already has it. */
    public Endpoint withDefault(String driverProperty, String value) {
        Map<String, String> properties = new HashMap<>(driverProperties);
        properties.putIfAbsent(driverProperty, value);
        return new Endpoint(hosts, database, user, password, properties, notices);
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
