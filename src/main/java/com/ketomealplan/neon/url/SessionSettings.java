package com.ketomealplan.neon.url;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The run-time parameters of PostgreSQL in a URL.
 *
 * @param values by the parameter's name
 */
public record SessionSettings(Map<String, String> values) {

    public static final SessionSettings NONE = new SessionSettings(Map.of());

    public SessionSettings {
        values = Map.copyOf(values);
    }

    /** Returns the settings with a default for a parameter; names are case-insensitive. */
    SessionSettings withDefault(String name, String value) {
        TreeMap<String, String> all = sorted();
        all.putIfAbsent(name, value);
        return new SessionSettings(all);
    }

    public boolean isSet(String name) {
        return sorted().containsKey(name);
    }

    /** In alphabetical order, without regard to case. */
    SortedSet<String> names() {
        return sorted().navigableKeySet();
    }

    private TreeMap<String, String> sorted() {
        TreeMap<String, String> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(values);
        return sorted;
    }

    /** Returns the statements that set them for a transaction. */
    public List<String> statements() {
        return sorted().entrySet().stream()
                // set_config takes lists such as search_path as one text, which SET does not
                .map(entry -> "SELECT set_config(%s, %s, true);"
                        .formatted(literal(entry.getKey()), literal(entry.getValue())))
                .toList();
    }

    /** Returns them as libpq's {@code options}, for a session. */
    String options() {
        return sorted().entrySet().stream()
                .map(entry -> "-c " + escaped(entry.getKey()) + "=" + escaped(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** Escapes a text with backslashes, as in pg_split_opts. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\\\s]", "\\\\$0");
    }

    private static String literal(String text) {
        String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.contains("\\") ? "E" + quoted : quoted;
    }
}
