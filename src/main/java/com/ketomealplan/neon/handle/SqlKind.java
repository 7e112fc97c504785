package com.ketomealplan.neon.handle;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kind of a statement, by its text: whether it needs or ends a transaction. In doubt, the safe kind is chosen. */
enum SqlKind {

    /** A query that needs no transaction: it takes no row locks, has no side effects and does not depend on the transaction. */
    PLAIN_QUERY,

    /** Reads or writes rows. */
    DATA,

    /** Any other statement that may write: DDL, maintenance, anything not recognized. */
    OTHER,

    /** Changes or shows the transaction or the session, and takes no snapshot: {@code SET}, {@code LOCK}, … */
    UTILITY,

    /** May end the transaction without the handle: {@code COMMIT}, {@code ROLLBACK}, … */
    TRANSACTION_END;

    private static final Pattern FIRST_WORD = Pattern.compile("(?s)(?:\\s|--[^\\n]*\\n|/\\*.*?\\*/|\\()*([A-Za-z]*)");

    private static final Pattern NEEDS_TRANSACTION = Pattern.compile(
            "(?i);\\s*\\S|\\bfor\\b|\\binto\\b|pg_|txid_|set_config|nextval|setval|\\blo_|dblink|snapshot");

    /** A call: a name or a quote before '('; also a comment or a spaced dot, behind which a name could hide. */
    private static final Pattern CALL = Pattern.compile("(?U)([\\w.$]+|\")\\s*\\(|/\\*|--|\\s\\.|\\.\\s");

    /** Keywords and types, and functions of PostgreSQL that do not write. */
    private static final Set<String> SAFE =
            Set.of(("all and any array as between by case cast distinct else except exists extract filter"
                            + " from having ilike in intersect join lateral like limit not offset on or over select similar some then union using"
                            + " values when where char decimal numeric time timestamp varchar avg bool_and bool_or coalesce count greatest least"
                            + " lower max min now nullif sum trim upper")
                    .split(" "));

    private static final Pattern GOES_ON =
            Pattern.compile("(?i)(?:^|;)\\s*(?:commit|end|rollback|abort|prepare)\\b[^;]*;\\s*\\S");

    private static final Pattern COMMIT_FOLLOWS = Pattern.compile("(?i);\\s*(?:commit|end|prepare\\s+transaction)\\b");

    private static final Pattern ROLLBACK_FOLLOWS = Pattern.compile("(?i);\\s*(?:rollback|abort)\\b");

    /** The body of a function, whose END is none of a transaction. */
    private static final Pattern BODY = Pattern.compile("(?s)\\$(\\w*)\\$.*?\\$\\1\\$");

    /** Limits the cache, for programs that generate SQL. */
    private static final int MAX_CACHED = 2_000;

    private static final int MAX_CACHED_LENGTH = 10_000;

    private static final Map<String, SqlKind> CACHE = new ConcurrentHashMap<>();

    /** Returns the kind of a statement. Cached by text. */
    static SqlKind of(String sql) {
        SqlKind cached = CACHE.get(sql);
        if (cached != null) {
            return cached;
        }
        SqlKind kind = read(sql);
        if (sql.length() <= MAX_CACHED_LENGTH && CACHE.size() < MAX_CACHED) {
            CACHE.put(sql, kind);
        }
        return kind;
    }

    /** Returns whether statements follow the end of a transaction in the same text. */
    static boolean goesOnAfterEnd(String sql) {
        return sql.indexOf(';') >= 0 && GOES_ON.matcher(sql).find();
    }

    /**
     * Returns whether a statement in auto-commit may write. A query may write through the functions that it calls, so it is taken to write
     * unless it calls only functions of PostgreSQL that do not. (Functions behind views, operators, casts, generated columns and policies
     * cannot be seen in the text, and are ignored.) Whether the connection is read-only does not matter: in auto-commit the server does not
     * get that setting.
     */
    static boolean mayWrite(String sql) {
        return switch (of(sql)) {
            case PLAIN_QUERY -> callsUnknown(sql);
            case DATA, OTHER -> true;
            case UTILITY, TRANSACTION_END -> sql.indexOf(';') >= 0;
        };
    }

    /**
     * Returns whether the effect of a statement that had no answer may be stored.
     *
     * @param alone whether it was in auto-commit
     */
    static boolean mayBeStored(String sql, boolean alone) {
        return alone && mayWrite(sql) || mayCommit(sql);
    }

    /** Returns whether one of several statements in the same text may end the transaction. */
    static boolean endsAmongOthers(String sql) {
        return sql.indexOf(';') >= 0 && (mayCommit(sql) || follows(ROLLBACK_FOLLOWS, sql));
    }

    /** Returns whether a statement may have committed its transaction. */
    static boolean mayCommit(String sql) {
        if (follows(COMMIT_FOLLOWS, sql)) {
            return true;
        }
        return switch (word(FIRST_WORD.matcher(sql))) {
            case "COMMIT", "END", "PREPARE" -> true;
            default -> false;
        };
    }

    /** Finds it outside of the bodies of functions, which are looked for only if it is found at all. */
    private static boolean follows(Pattern end, String sql) {
        return end.matcher(sql).find()
                && end.matcher(BODY.matcher(sql).replaceAll("")).find();
    }

    private static boolean callsUnknown(String sql) {
        Matcher call = CALL.matcher(sql);
        Matcher first = FIRST_WORD.matcher(sql);
        for (int from = first.lookingAt() ? first.end() : 0; call.find(from); from = call.end()) {
            if (!SAFE.contains(String.valueOf(call.group(1)).toLowerCase(Locale.ROOT))) {
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
