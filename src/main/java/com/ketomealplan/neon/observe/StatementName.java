package com.ketomealplan.neon.observe;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.statement.StatementContext;

/** What a statement is known by: the method of its SQL object, or, without one, its first word. There are few of them. */
final class StatementName {

    private static final Set<String> WORDS =
            Set.of("SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CALL", "COPY");

    private StatementName() {}

    static String of(StatementContext context) {
        return method(context).orElseGet(() -> firstWord(context.getRenderedSql()));
    }

    /** Empty for one that no SQL object has. */
    static Optional<String> method(StatementContext context) {
        return Optional.ofNullable(context.getExtensionMethod())
                .map(method -> method.getType().getSimpleName() + "."
                        + method.getMethod().getName());
    }

    static String firstWord(String sql) {
        String word = sql == null
                ? ""
                : StatementComments.without(sql).strip().split("\\s", 2)[0].toUpperCase(Locale.ROOT);
        return WORDS.contains(word) ? word : "other";
    }
}
