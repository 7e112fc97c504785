package com.ketomealplan.neon.lease;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

    /** A name before a parenthesis; or what may be between the two, or in the name. */
    private static final Pattern CALL = Pattern.compile("(?U)([\\w.$]+|\")\\s*\\(|/\\*|--|\\s\\.|\\.\\s");

    /** What is no function, or one of PostgreSQL's own that writes nothing. */
    private static final Set<String> HARMLESS =
            Set.of(("all and any array as between by case cast distinct else except exists extract filter"
                            + " from having ilike in intersect join lateral like limit not offset on or over select similar some then union using"
                            + " values when where char decimal numeric time timestamp varchar avg bool_and bool_or coalesce count greatest least"
                            + " lower max min now nullif sum trim upper")
                    .split(" "));

    private static final Pattern COMMIT_FOLLOWS = Pattern.compile("(?i);\\s*(?:commit|end|prepare\\s+transaction)\\b");

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

    /**
     * Whether a statement that is a transaction of its own may have stored something. Of a query it is the functions that may, and which do
     * is not known here: so a query is held to write unless it calls nothing but some of PostgreSQL's own. (What the database's own views,
     * operators, casts, computed columns and policies call, its words do not tell; they are taken for what they seem.) That the connection was
     * set read-only changes nothing: in auto-commit nobody tells the server.
     */
    static boolean mayWrite(String sql) {
        return switch (of(sql)) {
            case PLAIN_QUERY -> callsUnknown(sql);
            case DATA, OTHER -> true;
            case UTILITY, TRANSACTION_END -> sql.indexOf(';') >= 0;
        };
    }

    /**
     * Whether a statement whose answer was lost with its connection may be stored.
     *
     * @param alone whether it was a transaction of its own
     */
    static boolean mayBeStored(String sql, boolean alone) {
        return alone && mayWrite(sql) || mayCommit(sql);
    }

    /** Whether a statement may have committed the transaction that it is in. */
    static boolean mayCommit(String sql) {
        if (COMMIT_FOLLOWS.matcher(sql).find()) {
            return true;
        }
        return switch (word(FIRST_WORD.matcher(sql))) {
            case "COMMIT", "END", "PREPARE" -> true;
            default -> false;
        };
    }

    private static boolean callsUnknown(String sql) {
        Matcher call = CALL.matcher(sql);
        Matcher first = FIRST_WORD.matcher(sql);
        for (int from = first.lookingAt() ? first.end() : 0; call.find(from); from = call.end()) {
            if (!HARMLESS.contains(String.valueOf(call.group(1)).toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }

    private static String word(Matcher first) {
        return first.lookingAt() ? first.group(1).toUpperCase(Locale.ROOT) : "";
    }

    private static SqlKind read(String sql) {
        Matcher first = FIRST_WORD.matcher(sql);
        return switch (word(first)) {
            case "SELECT", "VALUES", "TABLE" -> NEEDS_TRANSACTION.matcher(sql).find(first.end()) ? DATA : PLAIN_QUERY;
            case "SET", "RESET", "SHOW", "LOCK", "LISTEN", "UNLISTEN", "SAVEPOINT", "DISCARD", "DEALLOCATE" ->
                sql.indexOf(';') < 0 ? UTILITY : OTHER;
            case "COMMIT", "END", "ROLLBACK", "ABORT", "BEGIN", "START", "PREPARE", "RELEASE" -> TRANSACTION_END;
            case "INSERT", "UPDATE", "DELETE", "MERGE", "WITH" -> DATA;
            default -> OTHER;
        };
    }
}
