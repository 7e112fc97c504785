package com.ketomealplan.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** As much of PromQL as tells which series an expression asks for, and which labels it keeps. */
public final class PromQl {

    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)\\{((?:[^}\"]|\"[^\"]*\")*)}");

    private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|!~|!=|=)\"([^\"]*)\"");

    private static final Pattern GROUPING = Pattern.compile("\\b(by|on|without|ignoring)\\s*\\(([^)]*)\\)");

    private static final Pattern AGGREGATION =
            Pattern.compile("\\b(?:sum|min|max|avg|count|group|topk|quantile)\\b\\s*(by\\s*\\(([^)]*)\\))?");

    private static final Pattern NAME = Pattern.compile("(?<![\\w.$])[a-zA-Z_:][\\w:]*(?![\\w:]|\\s*\\()");

    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

    private PromQl() {}

    /** Such as {@code state="down"}. */
    public record LabelMatcher(String label, String operator, String value) {
        private boolean accepts(Map<String, String> labels) {
            String found = labels.getOrDefault(label, "");
            boolean matches = operator.endsWith("~") ? found.matches(value) : found.equals(value);
            return operator.startsWith("!") != matches;
        }
    }

    /** Such as {@code neon_database_state{state="down"}}. */
    public record Selector(String metric, List<LabelMatcher> matchers) {

        public boolean has(LabelMatcher matcher) {
            return matchers.contains(matcher);
        }

        /** Without what Prometheus adds to what it has scraped. */
        public Selector asScraped() {
            Set<String> added = Set.of("job", "instance");
            return new Selector(
                    metric,
                    matchers.stream()
                            .filter(matcher -> !added.contains(matcher.label()))
                            .toList());
        }

        /** Whether it selects one of the lines that a service shows. */
        public boolean selectsSomethingOf(String page) {
            Predicate<String> selected = line -> {
                Matcher sample = SELECTOR.matcher(line);
                boolean labelled = sample.lookingAt();
                String name = labelled ? sample.group(1) : line.split(" ", 2)[0];
                Map<String, String> labels = new HashMap<>();
                labels(labelled ? sample.group(2) : "").forEach(label -> labels.put(label.label(), label.value()));
                return name.equals(metric) && matchers.stream().allMatch(matcher -> matcher.accepts(labels));
            };
            return page.lines().anyMatch(selected);
        }
    }

    public static List<Selector> selectors(String expression) {
        return SELECTOR.matcher(expression)
                .results()
                .map(found -> new Selector(found.group(1), labels(found.group(2))))
                .toList();
    }

    private static List<LabelMatcher> labels(String text) {
        return LABEL.matcher(text)
                .results()
                .map(found -> new LabelMatcher(found.group(1), found.group(2), found.group(3)))
                .toList();
    }

    /** The metrics that are asked for without braces: of all services. */
    public static List<String> bareMetrics(String expression) {
        String rest = SELECTOR.matcher(expression).replaceAll("");
        rest = GROUPING.matcher(rest).replaceAll("").replaceAll("\"[^\"]*\"|\\[[^]]*]", "");
        return NAME.matcher(rest)
                .results()
                .map(MatchResult::group)
                .filter(name -> !WORDS.contains(name))
                .toList();
    }

    /** The labels that each aggregation keeps. */
    public static List<List<String>> aggregations(String expression) {
        return AGGREGATION
                .matcher(expression)
                .results()
                .map(found -> found.group(2) == null
                        ? List.<String>of()
                        : Stream.of(found.group(2).split(","))
                                .map(String::strip)
                                .toList())
                .toList();
    }
}
