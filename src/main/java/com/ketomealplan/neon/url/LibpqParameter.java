package com.ketomealplan.neon.url;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * What becomes of one query parameter of a connection URL: a row of {@link #BY_NAME}. The property names on pgjdbc's side
 * are those of its {@code org.postgresql.PGProperty}, which ignores a name that it does not know: hence the table.
 */
@FunctionalInterface
interface LibpqParameter {

    /** Reports a value that cannot be used, or hands it on as a driver property. */
    void apply(String name, String value, Draft draft);

    /** Where a parameter's value goes. */
    interface Draft {
        void set(String driverProperty, String value);

        void problem(String problem);

        void sslMode(SslMode mode);

        void sslRootCert(String file);

        void user(String user);

        void password(String password);
    }

    /** The parameters that are understood. Names are case-sensitive, as libpq's are. */
    Map<String, LibpqParameter> BY_NAME = Map.ofEntries(
            Map.entry("sslmode", LibpqParameter::sslMode),
            Map.entry("sslrootcert", (name, value, draft) -> draft.sslRootCert(value)),
            Map.entry("sslcert", to("sslcert")),
            Map.entry("sslkey", to("sslkey")),
            Map.entry("sslpassword", to("sslpassword")),
            Map.entry("channel_binding", oneOf("channelBinding", "disable", "prefer", "require")),
            Map.entry("channelBinding", oneOf("channelBinding", "disable", "prefer", "require")),
            Map.entry("require_auth", to("requireAuth")),
            Map.entry("gssencmode", oneOf("gssEncMode", "disable", "prefer", "require")),
            Map.entry("connect_timeout", seconds("loginTimeout")),
            Map.entry("keepalives", flag("tcpKeepAlive")),
            Map.entry("application_name", to("ApplicationName")),
            Map.entry("ApplicationName", to("ApplicationName")),
            Map.entry("options", to("options")),
            Map.entry("target_session_attrs", LibpqParameter::targetSession),
            Map.entry("load_balance_hosts", LibpqParameter::loadBalance),
            Map.entry("client_encoding", LibpqParameter::clientEncoding),
            Map.entry("user", (name, value, draft) -> draft.user(value)),
            Map.entry("password", (name, value, draft) -> draft.password(value)),
            Map.entry("host", refused("name the host before the path: postgresql://user:password@host/database")),
            Map.entry("hostaddr", refused("name the host before the path: postgresql://user:password@host/database")),
            Map.entry("port", refused("write the port behind the host: postgresql://user:password@host:5432/database")),
            Map.entry("dbname", refused("write the database as the path: postgresql://user:password@host/database")));

    /** The known parameter that was probably meant; only names of the table are ever given. */
    static Optional<String> nearestTo(String name) {
        LevenshteinDistance distance = new LevenshteinDistance(3);
        return Stream.concat(BY_NAME.keySet().stream(), Stream.of("ssl"))
                .filter(known -> distance.apply(known, name) >= 0)
                .min(Comparator.comparing((String known) -> distance.apply(known, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static LibpqParameter to(String driverProperty) {
        return (name, value, draft) -> draft.set(driverProperty, value);
    }

    private static LibpqParameter oneOf(String driverProperty, String... values) {
        return (name, value, draft) -> {
            if (Stream.of(values).anyMatch(value::equals)) {
                draft.set(driverProperty, value);
            } else {
                draft.problem(name + " must be one of " + String.join(", ", values));
            }
        };
    }

    private static LibpqParameter flag(String driverProperty) {
        return (name, value, draft) -> {
            if (value.equals("0") || value.equals("1")) {
                draft.set(driverProperty, Boolean.toString(value.equals("1")));
            } else {
                draft.problem(name + " must be 1 (on) or 0 (off)");
            }
        };
    }

    private static LibpqParameter seconds(String driverProperty) {
        Pattern wholeNumber = Pattern.compile("\\d{1,6}");
        return (name, value, draft) -> {
            if (wholeNumber.matcher(value).matches()) {
                draft.set(driverProperty, value);
            } else {
                draft.problem(name + " must be a whole number of seconds, such as 10");
            }
        };
    }

    private static LibpqParameter refused(String remedy) {
        return (name, value, draft) -> draft.problem(name + " is not taken as a parameter: " + remedy);
    }

    private static void sslMode(String name, String value, Draft draft) {
        SslMode.of(value)
                .ifPresentOrElse(
                        draft::sslMode,
                        () -> draft.problem(
                                "sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full"));
    }

    private static void targetSession(String name, String value, Draft draft) {
        Map<String, String> targets = Map.of(
                "any", "any",
                "read-write", "primary",
                "primary", "primary",
                "read-only", "secondary",
                "standby", "secondary",
                "prefer-standby", "preferSecondary");
        if (targets.containsKey(value)) {
            draft.set("targetServerType", targets.get(value));
        } else {
            draft.problem(name + " must be one of any, read-write, read-only, primary, standby, prefer-standby");
        }
    }

    private static void loadBalance(String name, String value, Draft draft) {
        Map<String, String> choices = Map.of("random", "true", "disable", "false");
        if (choices.containsKey(value)) {
            draft.set("loadBalanceHosts", choices.get(value));
        } else {
            draft.problem(name + " must be random or disable");
        }
    }

    private static void clientEncoding(String name, String value, Draft draft) {
        if (!value.replace("-", "").equalsIgnoreCase("utf8") && !value.equalsIgnoreCase("auto")) {
            draft.problem(name + " must be UTF8, the only encoding that the driver speaks; leave it out");
        }
    }
}
