package com.ketomealplan.neon.observe;

import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.extension.ExtensionMethod;
import org.jdbi.v3.core.statement.StatementContext;

/** The name of a statement: the method of its SQL object, or else its first word. */
final class StatementName {

    private static final Set<String> WORDS =
            Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CALL", "COPY");

    /** The names by method; bounded by the number of SQL methods. */
    private static final Map<Method, String> METHODS = new ConcurrentHashMap<>();

    private StatementName() {}

    static String of(StatementContext context) {
        return method(context).orElseGet(() -> firstWord(context.getRenderedSql()));
    }

    /** Returns the method of the SQL object; empty if there is none. */
    static Optional<String> method(StatementContext context) {
        ExtensionMethod method = context.getExtensionMethod();
        return method == null
                ? Optional.empty()
                : Optional.of(METHODS.computeIfAbsent(
                        method.getMethod(), known -> method.getType().getSimpleName() + "." + known.getName()));
    }

    static String firstWord(String sql) {
        String word = sql == null
                ? ""
                : StatementComments.without(sql).strip().split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        return WORDS.contains(word) ? word : "other";
    }
}
