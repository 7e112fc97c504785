package com.ketomealplan.neon.observe;

import com.ketomealplan.neon.lease.Purpose;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * Says of each statement whose it is, in sqlcommenter's form, so that who looks into {@code pg_stat_activity} finds the
 * resource method and the SQL object's. It stands in front, because PostgreSQL shows the first 1,024 bytes of a statement. Only
 * names of ours, of which there are few: each different text is a prepared statement of its own, so the id of a request has no
 * place here. Scripts and plain batches stay as they are.
 */
final class StatementComments implements TemplateEngine {

    private static final String BEGIN = "/*";
    private static final String END = "*/ ";

    private final TemplateEngine engine;
    private final Map<Whose, String> comments = new ConcurrentHashMap<>();

    private record Whose(Optional<String> action, Optional<String> statement) {}

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
        Whose whose = new Whose(Purpose.current(), StatementName.method(context));
        return comments.computeIfAbsent(whose, StatementComments::comment);
    }

    private static String comment(Whose whose) {
        String pairs = Stream.of(
                        whose.action().map(name -> pair("action", name)),
                        whose.statement().map(name -> pair("statement", name)))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(","));
        return pairs.isEmpty() ? "" : BEGIN + pairs + END;
    }

    private static String pair(String key, String name) {
        return key + "='" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "'";
    }

    /** A statement without what was said in front of it. */
    static String without(String sql) {
        int end = sql.startsWith(BEGIN) ? sql.indexOf(END) : -1;
        return end < 0 ? sql : sql.substring(end + END.length());
    }
}
