package com.ketomealplan.neon.url;

import static com.ketomealplan.neon.url.LibpqParameter.ignored;
import static com.ketomealplan.neon.url.LibpqParameter.oneOf;
import static com.ketomealplan.neon.url.LibpqParameter.only;
import static com.ketomealplan.neon.url.LibpqParameter.refused;
import static com.ketomealplan.neon.url.LibpqParameter.seconds;
import static com.ketomealplan.neon.url.LibpqParameter.setting;
import static com.ketomealplan.neon.url.LibpqParameter.to;
import static com.ketomealplan.neon.url.LibpqParameter.translated;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The parameters of libpq 17, and some of other programs, with their properties of pgjdbc ({@code org.postgresql.PGProperty}).
 * The driver ignores unknown names; hence the table. Names are case-sensitive, as libpq's are.
 */
final class LibpqParameters {

    private static final String NO_CERTIFICATE_LISTS =
            "the driver checks no revocation lists; let the JDK do it with -Dcom.sun.net.ssl.checkRevocation=true";
    private static final String NO_SERVICE_FILE = "write host, user and database into the URL";
    private static final String NO_KEEPALIVE_TUNING =
            "the driver leaves the intervals to the operating system; set net.ipv4.tcp_keepalive_* there";

    private static final Map<String, LibpqParameter> LIBPQ = Map.ofEntries(
            // server and user
            Map.entry("host", (name, value, draft) -> draft.hosts(value)),
            Map.entry("hostaddr", refused("the driver resolves names itself; write the address as the host")),
            Map.entry("port", (name, value, draft) -> draft.ports(value)),
            Map.entry("dbname", (name, value, draft) -> draft.database(value)),
            Map.entry("user", (name, value, draft) -> draft.user(value)),
            Map.entry("password", (name, value, draft) -> draft.password(value)),
            Map.entry("passfile", refused("write the password into the URL, or set PGPASSFILE for the process")),
            Map.entry("service", refused(NO_SERVICE_FILE)),
            Map.entry("servicefile", refused(NO_SERVICE_FILE)),
            // TLS
            Map.entry("sslmode", LibpqParameters::sslMode),
            Map.entry("sslnegotiation", oneOf("sslNegotiation", "postgres", "direct")),
            Map.entry("sslrootcert", (name, value, draft) -> draft.sslRootCert(value)),
            Map.entry("sslcert", to("sslcert")),
            Map.entry("sslkey", to("sslkey")),
            Map.entry("sslpassword", to("sslpassword")),
            Map.entry(
                    "sslcertmode", only("allow", "the driver sends a certificate if sslcert names one; leave it out")),
            Map.entry("sslcrl", refused(NO_CERTIFICATE_LISTS)),
            Map.entry("sslcrldir", refused(NO_CERTIFICATE_LISTS)),
            Map.entry("sslcompression", only("0", "TLS compression is unsafe and no server offers it; leave it out")),
            Map.entry("sslsni", only("1", "the JDK always sends the server's name; leave it out")),
            Map.entry("sslkeylogfile", refused("the JDK does not write TLS secrets; leave it out")),
            Map.entry("ssl_min_protocol_version", only("TLSv1.2", "set -Djdk.tls.client.protocols for the process")),
            Map.entry("ssl_max_protocol_version", refused("set -Djdk.tls.client.protocols for the process")),
            // authentication
            Map.entry("channel_binding", oneOf("channelBinding", "disable", "prefer", "require")),
            Map.entry("require_auth", to("requireAuth")),
            Map.entry("requirepeer", refused("it is for Unix sockets, which the driver cannot use; leave it out")),
            Map.entry("gssencmode", oneOf("gssEncMode", "disable", "prefer", "require")),
            Map.entry("krbsrvname", to("kerberosServerName")),
            Map.entry("gsslib", oneOf("gsslib", "auto", "gssapi", "sspi")),
            Map.entry("gssdelegation", only("0", "the driver delegates no credentials; leave it out")),
            Map.entry("scram_client_key", refused("the driver logs in by password; write the password into the URL")),
            Map.entry("scram_server_key", refused("the driver logs in by password; write the password into the URL")),
            Map.entry("oauth_issuer", refused("the driver does not speak OAuth; use a role with a password")),
            Map.entry("oauth_client_id", refused("the driver does not speak OAuth; use a role with a password")),
            Map.entry("oauth_client_secret", refused("the driver does not speak OAuth; use a role with a password")),
            Map.entry("oauth_scope", refused("the driver does not speak OAuth; use a role with a password")),
            // the connection
            Map.entry("connect_timeout", seconds("loginTimeout")),
            Map.entry("keepalives", translated("tcpKeepAlive", Map.of("0", "false", "1", "true"))),
            Map.entry("keepalives_idle", only("0", NO_KEEPALIVE_TUNING)),
            Map.entry("keepalives_interval", only("0", NO_KEEPALIVE_TUNING)),
            Map.entry("keepalives_count", only("0", NO_KEEPALIVE_TUNING)),
            Map.entry("tcp_user_timeout", only("0", "the JDK has no such option; leave it out")),
            Map.entry("min_protocol_version", only("3.0", "the driver negotiates the protocol; leave it out")),
            Map.entry(
                    "max_protocol_version",
                    translated("protocolVersion", Map.of("3.0", "3", "3.2", "3.2", "latest", "3.2"))),
            Map.entry("replication", only("false", "this connection is for SQL; leave it out")),
            Map.entry(
                    "target_session_attrs",
                    translated(
                            "targetServerType",
                            Map.of(
                                    "any", "any",
                                    "read-write", "primary",
                                    "primary", "primary",
                                    "read-only", "secondary",
                                    "standby", "secondary",
                                    "prefer-standby", "preferSecondary"))),
            Map.entry(
                    "load_balance_hosts", translated("loadBalanceHosts", Map.of("random", "true", "disable", "false"))),
            // the session
            Map.entry("application_name", to("ApplicationName")),
            Map.entry("fallback_application_name", ignored("write application_name")),
            Map.entry("client_encoding", LibpqParameters::clientEncoding),
            Map.entry("options", (name, value, draft) -> draft.options(value)));

    /** Parameters of Prisma, SQLAlchemy, node-postgres and Go's pgx: session settings, and settings of their pools. */
    private static final Map<String, LibpqParameter> OF_OTHERS = Map.ofEntries(
            Map.entry("connection_limit", ignored("set database.pooled or database.perRequest")),
            Map.entry("pool_timeout", ignored("set database.maxWaitForConnection")),
            Map.entry("pool_max_conns", ignored("set database.pooled or database.perRequest")),
            Map.entry("pool_min_conns", ignored("set database.pooled.keep")),
            Map.entry("pool_max_conn_lifetime", ignored("set database.pooled.maxConnectionAge")),
            Map.entry("pool_max_conn_idle_time", ignored("set database.pooled.overflowIdleTime")),
            Map.entry("statement_cache_size", ignored("leave it out")),
            Map.entry("prepared_statement_cache_size", ignored("leave it out")),
            Map.entry("pgbouncer", LibpqParameters::behindPgBouncer),
            Map.entry("schema", setting("search_path")),
            Map.entry("search_path", setting("search_path")),
            Map.entry("timezone", setting("TimeZone")),
            Map.entry("statement_timeout", setting("statement_timeout")),
            Map.entry("lock_timeout", setting("lock_timeout")),
            Map.entry("idle_in_transaction_session_timeout", setting("idle_in_transaction_session_timeout")));

    /** Parameters of pgjdbc: those of the Java tab of Neon's console, and those that JDBC URLs often have. */
    private static final Map<String, LibpqParameter> OF_PGJDBC = Map.ofEntries(
            Map.entry("channelBinding", oneOf("channelBinding", "disable", "prefer", "require")),
            Map.entry("sslNegotiation", oneOf("sslNegotiation", "postgres", "direct")),
            Map.entry("ApplicationName", to("ApplicationName")),
            Map.entry("currentSchema", setting("search_path")),
            Map.entry("reWriteBatchedInserts", oneOf("reWriteBatchedInserts", "true", "false")),
            Map.entry("tcpKeepAlive", oneOf("tcpKeepAlive", "true", "false")),
            Map.entry("ssl", refused("write sslmode=require, or sslmode=verify-full")),
            Map.entry("loginTimeout", refused("set database.connect.loginTimeout")),
            Map.entry("connectTimeout", refused("set database.connect.tcpTimeout and database.connect.tlsTimeout")),
            Map.entry("socketTimeout", refused("set database.unitOfWork.deadline, which ends a statement")),
            Map.entry("prepareThreshold", refused("write pgbouncer=true for a pooler; else leave it out")),
            Map.entry("targetServerType", refused("write target_session_attrs")),
            Map.entry("loadBalanceHosts", refused("write load_balance_hosts")),
            Map.entry("charSet", refused("the driver speaks UTF8 only; leave it out")));

    /** The names with the same meaning as another one. */
    private static final Map<String, String> SYNONYMS = Map.of(
            "ApplicationName", "application_name",
            "channelBinding", "channel_binding",
            "currentSchema", "search_path",
            "schema", "search_path",
            "sslNegotiation", "sslnegotiation",
            "tcpKeepAlive", "keepalives");

    private LibpqParameters() {}

    /** Returns the one name of all that have the same meaning. */
    static String canonical(String name) {
        return SYNONYMS.getOrDefault(name, name);
    }

    static Optional<LibpqParameter> named(String name) {
        return Stream.of(LIBPQ, OF_OTHERS, OF_PGJDBC)
                .filter(table -> table.containsKey(name))
                .map(table -> table.get(name))
                .findFirst();
    }

    /** Returns what to do about a name that is unknown, for the end of a message. */
    static String adviceFor(String unknown) {
        return nearestTo(unknown)
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("; leave it out");
    }

    private static Optional<String> nearestTo(String name) {
        LevenshteinDistance distance = new LevenshteinDistance(Math.min(3, name.length() / 2));
        return Stream.of(LIBPQ, OF_OTHERS, OF_PGJDBC)
                .flatMap(table -> table.keySet().stream())
                .filter(known -> distance.apply(known, name) >= 0)
                .min(Comparator.comparing((String known) -> distance.apply(known, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static void sslMode(String name, String value, LibpqParameter.Draft draft) {
        SslMode.of(value)
                .ifPresentOrElse(
                        draft::sslMode,
                        () -> draft.problem(
                                "sslmode must be one of disable, allow, prefer, require, verify-ca, verify-full"));
    }

    private static void clientEncoding(String name, String value, LibpqParameter.Draft draft) {
        if (!value.replace("-", "").equalsIgnoreCase("utf8") && !value.equalsIgnoreCase("auto")) {
            draft.problem(name + " must be UTF8, the only encoding that the driver speaks; leave it out");
        }
    }

    /** A named statement of one client may meet another client's server connection behind PgBouncer. */
    private static void behindPgBouncer(String name, String value, LibpqParameter.Draft draft) {
        if (value.equals("true")) {
            draft.pooled();
        }
    }
}
