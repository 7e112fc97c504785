package com.ketomealplan.neon.credentials;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.HostAndPort;
import com.ketomealplan.neon.url.Secret;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * libpq's password file, for a URL without a password: lines of {@code host:port:database:user:password}, of which the first that
 * matches is used. {@code *} matches everything, a backslash escapes the character after it, and a line that begins with
 * {@code #} is a comment. As for libpq, a file that group or others may access is not used. Thread-safe.
 */
public final class PasswordFile {

    private static final String ANY = "*:";

    private final SecretFile file;
    private final boolean named;
    private final boolean configured;

    /**
     * @param named whether somebody has named it, so that it is a mistake if it is missing
     * @param configured whether the configuration has
     */
    private PasswordFile(String name, boolean named, boolean configured) {
        this.file = new SecretFile(name, true);
        this.named = named;
        this.configured = configured;
    }

    /** Returns the password file of the configuration. */
    public static PasswordFile at(String name) {
        return new PasswordFile(name, true, true);
    }

    /** Returns the password file of libpq: {@code PGPASSFILE}, or else the one in the user's home, if it exists. */
    public static PasswordFile standard(Map<String, String> environment) {
        String set = environment.getOrDefault("PGPASSFILE", "");
        if (!set.isEmpty()) {
            return new PasswordFile(set, true, false);
        }
        boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
        return new PasswordFile(
                windows
                        ? environment.getOrDefault("APPDATA", "") + "\\postgresql\\pgpass.conf"
                        : environment.getOrDefault("HOME", System.getProperty("user.home")) + "/.pgpass",
                false,
                false);
    }

    /** Returns what is wrong with it for an endpoint without a password; nothing, if the configuration does not name a file. */
    public List<String> problems(Endpoint endpoint) {
        if (configured) {
            try {
                passwordFor(endpoint);
            } catch (UnusableFileException e) {
                return e.problems();
            }
        }
        return List.of();
    }

    /**
     * Returns the password for a database and user; it must be the same for all hosts.
     *
     * @throws UnusableFileException if it cannot be read
     */
    Optional<Secret> passwordFor(Endpoint endpoint) throws UnusableFileException {
        List<String> lines;
        try {
            lines = file.read().lines().toList();
        } catch (SecretFile.MissingFileException e) {
            if (named) {
                throw e;
            }
            return Optional.empty();
        }
        List<Optional<String>> found = endpoint.hosts().stream()
                .map(host -> find(lines, host, endpoint))
                .distinct()
                .toList();
        if (found.size() > 1) { // the driver uses one for all
            throw new UnusableFileException("names a file with different passwords for the hosts of the URL;"
                    + " write the same for all of them");
        }
        return found.get(0).filter(password -> !password.isEmpty()).map(Secret::new);
    }

    private static Optional<String> find(List<String> lines, HostAndPort server, Endpoint endpoint) {
        String host = server.host().replaceAll("^\\[|]$", "");
        return lines.stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> after(line, host, true)) // case-insensitive
                .map(rest -> after(rest, String.valueOf(server.port()), false))
                .map(rest -> after(rest, endpoint.database(), false))
                .map(rest -> after(rest, endpoint.user(), false))
                .filter(Objects::nonNull)
                .map(PasswordFile::unescaped)
                .findFirst();
    }

    /** Returns the rest after a field and its colon; null if the field is another one. */
    private static String after(String text, String field, boolean anyCase) {
        if (text == null) {
            return null;
        }
        if (text.startsWith(ANY)) {
            return text.substring(ANY.length());
        }
        int at = 0;
        for (int i = 0; i < field.length(); i++, at++) {
            at += text.startsWith("\\", at) ? 1 : 0;
            if (!text.regionMatches(anyCase, at, field, i, 1)) {
                return null;
            }
        }
        return text.startsWith(":", at) ? text.substring(at + 1) : null;
    }

    /** Returns the text up to the next colon, or the end of the line, unescaped. */
    private static String unescaped(String text) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < text.length() && text.charAt(i) != ':'; i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                i++;
            }
            password.append(text.charAt(i));
        }
        return password.toString();
    }
}
