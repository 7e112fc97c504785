package com.ketomealplan.neon.url;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads one connection URL by libpq's grammar: {@code scheme://[user[:password]@]host[:port][,…]/database[?key=value&…]},
 * where the user information ends at the first {@code @} before a {@code /}. It collects every mistake, and its messages
 * never quote the URL: with a raw {@code /} or {@code @} in it, a password ends up as a host, a port or a parameter's name.
 */
final class DatabaseUrlParser implements LibpqParameter.Draft {

    /** An example URL, as in Neon's console. */
    private static final String EXAMPLE = "postgresql://user:password@host/database?sslmode=require";

    private static final Pattern SCHEME =
            Pattern.compile("(jdbc:postgresql|postgresql\\+asyncpg|postgresql|postgres)://(.*)", Pattern.DOTALL);
    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(\\d*))?");

    private final String url;
    private final List<String> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final Map<String, String> driverProperties = new HashMap<>();
    private final Map<String, String> settings = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private String user;
    private Secret password;
    private String database = "";
    private String hosts;
    private String ports = "";
    private SslMode sslMode;
    private String sslRootCert;
    private boolean plusIsSpace;
    private boolean pooled;

    DatabaseUrlParser(String url) {
        this.url = url.strip();
    }

    Endpoint parse() {
        Matcher scheme = SCHEME.matcher(url);
        if (!scheme.matches()) {
            throw new InvalidDatabaseUrlException(List.of("must begin with postgresql:// ; write " + EXAMPLE));
        }
        // pgjdbc decodes the parameters of a URL with URLDecoder; libpq knows no + for a space
        plusIsSpace = scheme.group(1).startsWith("jdbc:");
        parameters(splitAtQuery(scheme.group(2)));
        if (user == null || user.isEmpty()) {
            problem("names no user; write " + EXAMPLE);
        }
        List<HostAndPort> servers = servers();
        if (!servers.isEmpty()) {
            secureTransport(servers);
        }
        if (!problems.isEmpty()) {
            throw new InvalidDatabaseUrlException(problems);
        }
        return new Endpoint(
                servers,
                database.isEmpty() ? user : database, // as libpq does
                user,
                Optional.ofNullable(password),
                driverProperties,
                new SessionSettings(settings),
                pooled || servers.stream().anyMatch(HostAndPort::isNeonPooler),
                notices);
    }

    /** Sets the user, the password, the hosts and the database of a URL without its scheme, and returns its query. */
    private String splitAtQuery(String afterScheme) {
        String rest = afterScheme;
        int at = rest.indexOf('@');
        int slash = rest.indexOf('/');
        if (at >= 0 && (slash < 0 || at < slash)) {
            userInformation(rest.substring(0, at));
            rest = rest.substring(at + 1);
        }
        String query = "";
        int question = rest.indexOf('?');
        if (question >= 0) {
            query = rest.substring(question + 1);
            rest = rest.substring(0, question);
        }
        if (rest.indexOf('@') >= 0) {
            throw new InvalidDatabaseUrlException(
                    List.of("has an @ or a / in the user or the password that must be percent-encoded:"
                            + " write %40 for @, %2F for /"));
        }
        slash = rest.indexOf('/');
        hosts = slash < 0 ? rest : rest.substring(0, slash);
        database = slash < 0 ? "" : decode(rest.substring(slash + 1), "the database's name");
        return query;
    }

    private void userInformation(String text) {
        int colon = text.indexOf(':');
        user(decode(colon < 0 ? text : text.substring(0, colon), "the user"));
        if (colon >= 0) {
            password(decode(text.substring(colon + 1), "the password"));
        }
    }

    /** The hosts, each with its own port, that of the parameter {@code port}, or the default one. */
    private List<HostAndPort> servers() {
        List<HostAndPort> servers = new ArrayList<>();
        String[] names = hosts.split(",", -1);
        String[] overriding = ports.split(",", -1);
        if (overriding.length != 1 && overriding.length != names.length) {
            problem("has another number of ports than of hosts");
            return servers;
        }
        for (int i = 0; i < names.length; i++) {
            String port = overriding[overriding.length == 1 ? 0 : i];
            Matcher matcher = HOST.matcher(names[i]);
            if (names[i].isEmpty()) {
                problem("names no host; write " + EXAMPLE);
            } else if (names[i].startsWith("/")
                    || names[i].toUpperCase(Locale.ROOT).startsWith("%2F")) {
                problem("names a Unix socket, which the driver cannot use; write a host, such as localhost");
            } else if (!matcher.matches() || !port.matches("\\d*")) {
                problem("has a host or a port that cannot be read; write host:port, an IPv6 address in brackets,"
                        + " and percent-encode : @ / in the password");
            } else {
                servers.add(server(matcher.group(1), port.isEmpty() ? matcher.group(2) : port));
            }
        }
        return servers;
    }

    /** Returns a server; an invalid port is replaced by the default one, so that the rest can be checked. */
    private HostAndPort server(String host, String port) {
        if (port == null || port.isEmpty()) {
            return new HostAndPort(host, HostAndPort.DEFAULT_PORT);
        }
        int number = port.length() <= 5 ? Integer.parseInt(port) : 0;
        if (number < 1 || number > 65_535) {
            problem("has a port that is not between 1 and 65535");
            number = HostAndPort.DEFAULT_PORT;
        }
        return new HostAndPort(host, number);
    }

    private void parameters(String query) {
        Map<String, String> seen = new HashMap<>();
        int position = 0;
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            position++;
            int equals = pair.indexOf('=');
            if (equals < 1) {
                problem("has a parameter (the " + ordinal(position) + ") that is not of the form key=value");
                continue;
            }
            String name = pair.substring(0, equals);
            LibpqParameter parameter = LibpqParameters.named(name).orElse(null);
            if (parameter == null) {
                problem("has an unknown parameter (the " + ordinal(position) + ")" + LibpqParameters.adviceFor(name));
                continue;
            }
            String other = seen.putIfAbsent(LibpqParameters.canonical(name), name);
            if (other != null) {
                problem(
                        other.equals(name)
                                ? "has the parameter " + name + " twice; keep one"
                                : "has the parameters " + other + " and " + name + ", which set the same; keep one");
            } else {
                String text = pair.substring(equals + 1);
                parameter.apply(name, decode(plusIsSpace ? text.replace("+", "%20") : text, name), this);
            }
        }
    }

    /** Sets the TLS mode: required for any other machine, and always verified on Neon. */
    private void secureTransport(List<HostAndPort> servers) {
        boolean loopback = servers.stream().allMatch(HostAndPort::isLoopback);
        boolean neon = servers.stream().anyMatch(HostAndPort::isNeon);
        if (sslMode == null) {
            sslMode = loopback ? SslMode.PREFER : SslMode.REQUIRE;
        }
        if (!loopback && sslMode.isWeakerThan(SslMode.REQUIRE)) {
            problem("asks for sslmode=" + sslMode + ", which is refused outside this machine;"
                    + " write sslmode=require or sslmode=verify-full");
        }
        if ("system".equals(sslRootCert) && sslMode != SslMode.VERIFY_FULL && !neon) {
            problem("asks for sslrootcert=system, which needs sslmode=verify-full"); // as libpq does
        }
        if (neon) {
            sslMode = SslMode.VERIFY_FULL; // Neon's certificates are signed by an authority of every JDK's trust store
            // Without SNI, Neon requests a clear-text password, and pgjdbc would send it
            driverProperties.putIfAbsent("requireAuth", "scram-sha-256");
            driverProperties.putIfAbsent("channelBinding", "require");
            driverProperties.putIfAbsent("gssEncMode", "disable"); // Neon always declines: a wasted round trip
            driverProperties.putIfAbsent("sslNegotiation", "direct"); // and one fewer
            driverProperties.putIfAbsent("assumeMinServerVersion", "14"); // the oldest there; saves a round trip
            driverProperties.putIfAbsent("tcpKeepAlive", "true"); // does not hold the compute awake
        }
        verification();
    }

    /** Sets what the server's certificate is verified against. */
    private void verification() {
        boolean ownAuthority = sslRootCert != null && !sslRootCert.equals("system");
        if (ownAuthority && sslMode == SslMode.REQUIRE) {
            sslMode = SslMode.VERIFY_CA; // as libpq does; the driver would take any certificate, and open no file
        }
        driverProperties.put("sslmode", sslMode.toString());
        if (ownAuthority) {
            driverProperties.put("sslrootcert", sslRootCert);
        } else if (sslMode.verifiesCertificate()) {
            // pgjdbc's own factory would want a file ~/.postgresql/root.crt; this one uses the JDK's trust store
            driverProperties.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
            // It reads no property: a server that wants the client's certificate would not be shown one
            Stream.of("sslcert", "sslkey")
                    .filter(driverProperties::containsKey)
                    .forEach(name ->
                            problem(name + " needs sslrootcert=FILE: with the JDK's trust store the driver does not"
                                    + " read it; write the file, or leave " + name + " out"));
        }
    }

    private String decode(String text, String what) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                bytes.write(source[i]);
                continue;
            }
            int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
            int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
            if (high < 0 || low < 0 || high + low == 0) {
                problem("has a % in " + what
                        + " that is not followed by two hexadecimal digits other than 00; write %25 for %");
                return "";
            }
            bytes.write(high * 16 + low);
            i += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            problem("has percent-encoded bytes in " + what + " that are not UTF-8");
            return "";
        }
    }

    private static String ordinal(int position) {
        return switch (position) {
            case 1 -> "1st";
            case 2 -> "2nd";
            case 3 -> "3rd";
            default -> position + "th";
        };
    }

    @Override
    public void set(String driverProperty, String value) {
        driverProperties.put(driverProperty, value);
    }

    @Override
    public void setting(String parameter, String value) {
        settings.put(parameter, value);
    }

    @Override
    public void options(String switches) {
        ServerSwitches read = ServerSwitches.read(switches);
        read.settings().forEach(this::setting);
        if (!read.others().isEmpty()) {
            set("options", read.others());
        }
    }

    @Override
    public void pooled() {
        pooled = true;
    }

    @Override
    public void problem(String problem) {
        problems.add(problem);
    }

    @Override
    public void sslMode(SslMode mode) {
        sslMode = mode;
    }

    @Override
    public void sslRootCert(String file) {
        sslRootCert = file.isEmpty() ? null : file; // libpq takes an empty one as unset
    }

    @Override
    public void user(String name) {
        user = name;
    }

    @Override
    public void password(String text) {
        password = new Secret(text);
    }

    @Override
    public void notice(String notice) {
        notices.add(notice);
    }

    @Override
    public void database(String name) {
        database = name;
    }

    @Override
    public void hosts(String names) {
        hosts = names;
    }

    @Override
    public void ports(String numbers) {
        ports = numbers;
    }
}
