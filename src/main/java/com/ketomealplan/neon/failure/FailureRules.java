package com.ketomealplan.neon.failure;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Classifies failures by SQLSTATEs and by the messages of servers. The codes are PostgreSQL's (appendix A of its documentation)
 * and pgjdbc's ({@code PSQLState}). The texts are those of Neon's proxy, which sends each error before the log-in
 * is complete as XX000 (neondatabase/neon, proxy/src/stream.rs), and of PgBouncer, whose own errors are all 08P01
 * (pgbouncer, src/proto.c). So such a text decides before the code, and XX000 alone means nothing.
 */
final class FailureRules {

    /**
     * A rule by a message, with the remedy, in which the first group of the text, a name, stands for {@code {}}; the first matching
     * rule applies.
     */
    private record Rule(FailureKind kind, Pattern text, String advice) {

        Optional<Classification> classify(String said) {
            Matcher match = text.matcher(said);
            return match.find()
                    ? Optional.of(new Classification(
                            kind,
                            Optional.ofNullable(advice)
                                    .map(found -> found.contains("{}")
                                            ? found.replace("{}", Identifier.quoted(match.group(1)))
                                            : found)))
                    : Optional.empty();
        }
    }

    /** A kind, with the remedy for an operator, if known. */
    record Classification(FailureKind kind, Optional<String> advice) {}

    /** The rules before the log-in is complete, where messages do not quote clients, but the names of the URL. */
    private static final List<Rule> CONNECTING = List.of(
            // Neon's proxy, before the log-in is complete
            rule(
                    FailureKind.AUTHENTICATION,
                    "password authentication failed|SCRAM authentication failed|"
                            + DriverText.translated("SCRAM authentication failed: {0}", ".*"),
                    "check user, password and host: the same is said of a role that does not exist"),
            rule(
                    FailureKind.AUTHENTICATION,
                    "requested (password|SCRAM)-based authentication, but|"
                            + DriverText.translated(
                                    "The server requested SCRAM-based authentication, but no password was provided.")
                            + "|"
                            + DriverText.translated(
                                    "The server requested SCRAM-based authentication, but the password is an empty string.")
                            + "|"
                            + DriverText.translated(
                                    "The server requested password-based authentication, but no password was provided by plugin {0}",
                                    ".*"),
                    "no password is known: write it into the URL, or into a password file (PGPASSFILE)"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "Endpoint ID is not specified",
                    "the host must be Neon's own name, not an address: write it as the console shows it"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "Inconsistent project name|Project name \\('|Parameter 'user' is missing",
                    "the URL's options name another endpoint than its host: leave options=endpoint=… out"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "does not support SSL|" + DriverText.translated("The server does not support SSL."),
                    "the server offers no TLS: switch it on there (ssl = on), or is it another server than is meant?"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "connection is insecure|requires SSL|no pg_hba.conf entry",
                    "write sslmode=require or stronger, and allow this client in pg_hba.conf if the server is yours"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "This IP address .*is not allowed|blocked network|VPC endpoint",
                    "add this machine's address to the project's allow list"),
            rule(
                    FailureKind.QUOTA,
                    "(?i)exceeded .*quota|check your quotas|exceeded the limit of concurrently active endpoints|upgrade your plan",
                    "a limit of the Neon plan is reached: upgrade it, or wait for the next period"),
            rule(
                    FailureKind.THROTTLED,
                    "Too many connections to this endpoint|Too many connections attempts"
                            + "|Failed to acquire permit to connect",
                    "too many attempts to connect at once, from this process or others"),
            rule(
                    FailureKind.MISCONFIGURED,
                    "endpoint cannot be found|endpoint could not be found|endpoint is disabled",
                    "the endpoint is deleted or disabled: take the host from the console anew, or enable it there"),
            rule(
                    FailureKind.MISCONFIGURED,
                    DriverText.translated(
                            "SSL error: {0}", ".*(no cipher suites in common|protocol_version|handshake_failure).*"),
                    "client and server have no TLS version or cipher in common"),
            rule(FailureKind.WAKING, "Couldn't connect to compute node|Control plane request failed", null),
            rule(
                    FailureKind.UNAVAILABLE,
                    "Authentication timed out|authentication protocol violation|unsupported channel binding method",
                    null),
            // PgBouncer
            rule(
                    FailureKind.MISCONFIGURED,
                    "unsupported startup parameter",
                    "the pooler refuses a startup parameter: leave it out of options, or use the direct host"),
            rule(
                    FailureKind.TOO_MANY_CONNECTIONS,
                    "no more connections allowed",
                    "the pooler takes no further clients: smaller pools, or fewer instances"),
            rule(
                    FailureKind.UNAVAILABLE,
                    "server login has been failing|client_login_timeout|pooler is shutting down",
                    null),
            // PostgreSQL, whose codes the proxy hides while connecting
            rule(
                    FailureKind.TOO_MANY_CONNECTIONS,
                    "too many connections for role \"(.*)\"",
                    "its limit is below what the instances open: ALTER ROLE {} CONNECTION LIMIT, smaller pools, or fewer instances"),
            rule(
                    FailureKind.TOO_MANY_CONNECTIONS,
                    "too many connections for database \"(.*)\"",
                    "its limit is below what the instances open: ALTER DATABASE {} CONNECTION LIMIT, smaller pools, or fewer"
                            + " instances"),
            rule(
                    FailureKind.TOO_MANY_CONNECTIONS,
                    "too many clients already|remaining connection slots are reserved|too many connections for",
                    "smaller pools, fewer instances, or a pooler between"),
            rule(FailureKind.WAKING, "the database system is (starting up|not yet accepting|in recovery)", null),
            rule(FailureKind.UNAVAILABLE, "the database system is shutting down", null),
            rule(
                    FailureKind.MISCONFIGURED,
                    "(database|role) \".*\" does not exist",
                    "the URL names a database or a role that is not there"));

    /** The classes of codes with several meanings, for which messages on a session are read. */
    private static final Set<String> CLASSES_WITH_TEXTS = Set.of("08", "0A", "53", "57", "58", "XX");

    private static final List<Rule> IN_SESSION = List.of(
            rule(
                    FailureKind.TOO_MANY_CONNECTIONS,
                    "query_wait_timeout",
                    "the pooler had no server connection to give: shorter transactions, or fewer clients"),
            rule(FailureKind.UNAVAILABLE, "server conn crashed|server shutting down|server disconnect", null),
            // Neon's storage, on a session that lives
            rule(FailureKind.STORAGE, "\\[NEON_SMGR]|request failed too many times", null),
            rule(
                    FailureKind.STORAGE_FULL,
                    "project size limit .*exceeded",
                    "the project's storage is full: delete data, or upgrade the plan"),
            rule(FailureKind.STALE_STATEMENT, "cached plan must not change result type", null));

    private FailureRules() {}

    private static Rule rule(FailureKind kind, String text, String advice) {
        return new Rule(kind, Pattern.compile(text), advice);
    }

    /** Classifies a failure of a statement, whose message may quote values of a client. */
    static Classification classify(String sqlState, String text) {
        return CLASSES_WITH_TEXTS.contains(classOf(sqlState))
                ? classify(IN_SESSION, sqlState, text)
                : classify(List.of(), sqlState, text);
    }

    /** Classifies a failure to open a connection; an unknown message is taken to be transient. */
    static Classification classifyConnecting(String sqlState, String text) {
        Classification classification = classify(CONNECTING, sqlState, text);
        return switch (classification.kind()) {
            case PROGRAM -> new Classification(FailureKind.UNAVAILABLE, Optional.empty());
            case SCHEMA_MISMATCH ->
                new Classification(FailureKind.MISCONFIGURED, classification.advice()); // CONNECT on the database
            default -> classification;
        };
    }

    private static Classification classify(List<Rule> rules, String sqlState, String text) {
        return rules.stream()
                .flatMap(rule -> rule.classify(text).stream())
                .findFirst()
                .orElseGet(() -> new Classification(byState(sqlState), advice(sqlState)));
    }

    private static String classOf(String sqlState) {
        return sqlState.length() < 2 ? "" : sqlState.substring(0, 2);
    }

    private static Optional<String> advice(String sqlState) {
        return switch (sqlState) {
            case "42P01", "42703", "3F000" -> Optional.of("apply the migrations: db migrate config.yml");
            case "42501" -> Optional.of("the role lacks a privilege");
            case "25006" -> Optional.of("is the host a read replica? write the primary's");
            default -> Optional.empty();
        };
    }

    private static FailureKind byState(String sqlState) {
        return switch (sqlState) {
            case "28P01", "28000" -> FailureKind.AUTHENTICATION;
            case "3D000" -> FailureKind.MISCONFIGURED;
            case "3F000", "42P01", "42703", "42501" -> FailureKind.SCHEMA_MISMATCH;
            case "40001", "40P01", "55P03" -> FailureKind.CONFLICT; // 55P03: lock_timeout, or NOWAIT
            case "26000", "42P05" -> FailureKind.STALE_STATEMENT;
            case "53300" -> FailureKind.TOO_MANY_CONNECTIONS;
            case "53400" -> FailureKind.PROGRAM; // such as temp_file_limit: the same statement exceeds it again
            case "53100" -> FailureKind.STORAGE_FULL;
            case "57014" -> FailureKind.TIMEOUT;
            case "25006" -> FailureKind.READ_ONLY;
            case "57P03" -> FailureKind.WAKING;
            case "58030" -> FailureKind.STORAGE;
            case "25P03", "25P04" -> FailureKind.UNAVAILABLE; // the server ended the session
            default -> byClass(sqlState);
        };
    }

    private static FailureKind byClass(String sqlState) {
        return switch (classOf(sqlState)) {
            case "08", "57", "58" -> FailureKind.UNAVAILABLE;
            case "53" -> FailureKind.OUT_OF_RESOURCES;
            case "22", "44" -> FailureKind.INVALID_DATA;
            case "23" -> FailureKind.CONSTRAINT;
            case "28" -> FailureKind.AUTHENTICATION;
            case "40" -> FailureKind.CONFLICT;
            default -> FailureKind.PROGRAM;
        };
    }
}
