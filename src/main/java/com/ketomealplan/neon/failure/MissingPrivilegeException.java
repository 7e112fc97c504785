package com.ketomealplan.neon.failure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Thrown if the role lacks a privilege for a statement. The message has the GRANT that adds it, which the message of the server has not. */
public final class MissingPrivilegeException extends JdbiException implements HasFailureStage {

    private static final long serialVersionUID = 1L;

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final Pattern DENIED = Pattern.compile(
            "permission denied for (table|view|materialized view|foreign table|schema|sequence|function|procedure) (.+)");

    /** A schema and a dot, as SQL has them before a name; or nothing. */
    private static final String SCHEMA = "(?:(?:\\w+|\"(?:[^\"]|\"\")+\")\\.)?";

    private MissingPrivilegeException(String message, Throwable failure) {
        super(message, failure);
    }

    /**
     * Explains a failure of a statement. Empty if it is another failure, or if the server's message does not name the object: it may be in
     * another language, or raised inside of a function.
     *
     * @param role the role that has executed the statement
     */
    public static Optional<MissingPrivilegeException> of(Throwable failure, String role) {
        return of(
                failure,
                Failure.find(failure, StatementException.class)
                        .map(StatementException::getStatementContext)
                        .map(StatementContext::getRenderedSql)
                        .orElse(""),
                role);
    }

    /**
     * Explains a failure that does not have its statement.
     *
     * @param sql the statement
     */
    public static Optional<MissingPrivilegeException> of(Throwable failure, String sql, String role) {
        return Failure.find(failure, PSQLException.class)
                .filter(found -> INSUFFICIENT_PRIVILEGE.equals(found.getSQLState()))
                .map(PSQLException::getServerErrorMessage)
                .filter(said -> said.getWhere() == null)
                .map(ServerErrorMessage::getMessage)
                .map(DENIED::matcher)
                .filter(Matcher::matches)
                .map(match -> new MissingPrivilegeException(
                        "%s (%s); the role %s needs: GRANT %s TO %s"
                                .formatted(
                                        match.group(),
                                        INSUFFICIENT_PRIVILEGE,
                                        role,
                                        grant(match.group(1), match.group(2), sql),
                                        Identifier.quoted(role)),
                        failure));
    }

    private static String grant(String type, String denied, String sql) {
        String name = Identifier.quoted(denied);
        return switch (type) {
            case "schema" -> "USAGE ON SCHEMA " + name;
            case "sequence" -> "USAGE ON SEQUENCE " + name;
            case "function", "procedure" -> "EXECUTE ON ROUTINE " + name;
            default -> String.join(", ", privilegesOn(denied, sql)) + " ON TABLE " + schema(denied, sql) + name;
        };
    }

    /**
     * Returns the schema of a table and a dot, as in the statement; the server's message has none. Empty if the statement has none, because
     * the {@code search_path} decides then, or if it has several.
     */
    private static String schema(String table, String sql) {
        Matcher places = Pattern.compile(
                        "(?:\\b(?:into|update|from|join|using|only)\\s+|,\\s*)(" + SCHEMA + ")\"?"
                                + Pattern.quote(Identifier.escaped(table)) + "\"?(?![\\w.])",
                        Pattern.CASE_INSENSITIVE)
                .matcher(sql);
        List<String> named =
                places.results().map(place -> place.group(1)).distinct().toList();
        return named.size() == 1 ? named.get(0) : "";
    }

    /** Returns the privileges that a statement needs on a table, by its keywords. */
    private static Set<String> privilegesOn(String table, String sql) {
        String name = "\\s+(?:only\\s+)?" + SCHEMA + "\"?" + Pattern.quote(Identifier.escaped(table)) + "\"?(?!\\w)";
        Set<String> privileges = new LinkedHashSet<>();
        addIf(privileges, "INSERT", "insert\\s+into" + name, sql);
        addIf(privileges, "UPDATE", "update" + name, sql);
        addIf(privileges, "DELETE", "delete\\s+from" + name, sql);
        boolean changes = !privileges.isEmpty();
        addIf(
                privileges,
                "UPDATE",
                "\\bdo\\s+update\\b|\\bfor\\s+(?:no\\s+key\\s+)?update\\b|\\bfor\\s+(?:key\\s+)?share\\b",
                sql);
        addIf(privileges, "SELECT", "(?<!delete\\s)\\bfrom" + name + "|\\b(?:join|using)" + name, sql);
        if (changes) {
            addIf(privileges, "SELECT", "\\breturning\\b|\\bwhere\\b|\\bon\\s+conflict\\b", sql);
        }
        return privileges.isEmpty() ? Set.of("ALL") : privileges;
    }

    private static void addIf(Set<String> privileges, String privilege, String pattern, String sql) {
        if (Pattern.compile(pattern, Pattern.CASE_INSENSITIVE).matcher(sql).find()) {
            privileges.add(privilege);
        }
    }

    @Override
    public Stage stage() {
        return Stage.WORKING;
    }

    @Override
    public Optional<FailureKind> kind() {
        return Optional.of(FailureKind.SCHEMA_MISMATCH);
    }
}
