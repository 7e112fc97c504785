package com.ketomealplan.neon.url;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Run-time parameters of PostgreSQL that a URL asks for.
 *
 * @param values by the parameter's name
 */
public record SessionSettings(Map<String, String> values) {

    public static final SessionSettings NONE = new SessionSettings(Map.of());

    public SessionSettings {
        values = Map.copyOf(values);
    }

    /** These, and one more unless it is among them; names of parameters have no case. */
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

    /** As the beginning of a transaction, for its duration. */
    public List<String> statements() {
        return sorted().entrySet().stream()
                // set_config takes lists such as search_path as one text, which SET does not
                .map(entry -> "SELECT set_config(%s, %s, true);"
                        .formatted(literal(entry.getKey()), literal(entry.getValue())))
                .toList();
    }

    /** As libpq's {@code options}, for a session. */
    String options() {
        return sorted().entrySet().stream()
                .map(entry -> "-c " + escaped(entry.getKey()) + "=" + escaped(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** The server takes the next character as it is after a backslash (pg_split_opts). */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\\\s]", "\\\\$0");
    }

    private static String literal(String text) {
        String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.contains("\\") ? "E" + quoted : quoted;
    }
}
