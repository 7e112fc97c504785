package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.locks.StatementTag;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * Prepends a comment with the origin of each statement, in the format of sqlcommenter, so that {@code pg_stat_activity} shows
 * the resource method and the method of the SQL object. In front, because PostgreSQL shows the first 1,024 bytes of a statement. It has no
 * request ids: each different text is a prepared statement of its own. Scripts and plain batches get none.
 */
final class StatementComments implements TemplateEngine {

    private static final String END = StatementTag.END + " ";

    private final TemplateEngine engine;
    private final Map<StatementTag, String> comments = new ConcurrentHashMap<>();

    StatementComments(TemplateEngine engine) {
        this.engine = engine;
    }

    @Override
    public String render(String template, StatementContext context) {
        return engine.render(template, context);
    }

    @Override
    public Optional<Function<StatementContext, String>> parse(String template, ConfigRegistry config) {
        return engine.parse(template, config)
                .map(rendering -> context -> commentOf(context) + rendering.apply(context));
    }

    private String commentOf(StatementContext context) {
        StatementTag origin = new StatementTag(Purpose.current(), StatementName.method(context));
        return comments.computeIfAbsent(origin, StatementComments::comment);
    }

    private static String comment(StatementTag origin) {
        String comment = origin.comment();
        return comment.isEmpty() ? "" : comment + " ";
    }

    /** Returns a statement without its comment. */
    static String without(String sql) {
        return sql.substring(endIn(sql));
    }

    /** Returns whether a statement is this one, behind whatever comment. */
    static boolean isSame(String sql, String commented) {
        int start = endIn(commented);
        return commented.length() - start == sql.length() && commented.startsWith(sql, start);
    }

    private static int endIn(String sql) {
        int end = sql.startsWith(StatementTag.BEGIN) ? sql.indexOf(END) : -1;
        return end < 0 ? 0 : end + END.length();
    }
}
