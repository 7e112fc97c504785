package com.ketomealplan.neon.lease;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a statement's text says of how it meets its transaction. Told by its words: where they leave doubt, the careful way is taken. */
enum SqlKind {

    /** One query that needs no transaction around it: it locks nothing, leaves nothing behind, and asks nothing of the transaction. */
    PLAIN_QUERY,

    /** Reads or writes rows. */
    DATA,

    /** Anything else that may write: what defines something, what maintains, what the words do not tell. */
    OTHER,

    /** Says something of the transaction or the session, and takes no snapshot: {@code SET}, {@code LOCK}, … */
    UTILITY,

    /** May end the transaction behind the handle's back: {@code COMMIT}, {@code ROLLBACK}, … */
    TRANSACTION_END;

    private static final Pattern FIRST_WORD = Pattern.compile("(?s)(?:\\s|--[^\\n]*\\n|/\\*.*?\\*/|\\()*([A-Za-z]*)");

    private static final Pattern NEEDS_TRANSACTION = Pattern.compile(
            "(?i);\\s*\\S|\\bfor\\b|\\binto\\b|pg_|txid_|set_config|nextval|setval|\\blo_|dblink|snapshot");

    /** Texts are few, because each is a prepared statement of its own; those of a program that makes them up are not kept. */
    private static final int MOST_KEPT = 2_000;

    private static final Map<String, SqlKind> KNOWN = new ConcurrentHashMap<>();

    /** Of a statement's text. Costs the hash of the text if it was seen before. */
    static SqlKind of(String sql) {
        SqlKind known = KNOWN.get(sql);
        if (known != null) {
            return known;
        }
        SqlKind kind = read(sql);
        if (KNOWN.size() < MOST_KEPT) {
            KNOWN.put(sql, kind);
        }
        return kind;
    }

    private static SqlKind read(String sql) {
        Matcher first = FIRST_WORD.matcher(sql);
        String word = first.lookingAt() ? first.group(1).toUpperCase(java.util.Locale.ROOT) : "";
        return switch (word) {
            case "SELECT", "VALUES", "TABLE" -> NEEDS_TRANSACTION.matcher(sql).find(first.end()) ? DATA : PLAIN_QUERY;
            case "SET", "RESET", "SHOW", "LOCK", "LISTEN", "UNLISTEN", "SAVEPOINT", "DISCARD", "DEALLOCATE" ->
                sql.indexOf(';') < 0 ? UTILITY : OTHER;
            case "COMMIT", "END", "ROLLBACK", "ABORT", "BEGIN", "START", "PREPARE", "RELEASE" -> TRANSACTION_END;
            case "INSERT", "UPDATE", "DELETE", "MERGE", "WITH" -> DATA;
            default -> OTHER;
        };
    }
}
