package com.ketomealplan.testing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The tables of {@code configuration.md}, by the name of a setting or of a block: the one place where their meaning is written. */
public final class SettingsPage {

    /** The blocks of settings, those of Dropwizard among them. */
    public static final String BLOCKS = "Settings";

    /** The settings that are not Dropwizard's. */
    public static final List<String> SETTINGS = List.of("The process", "The database");

    /** The settings that are accepted because Dropwizard's {@code DataSourceFactory} has them. */
    public static final String KEYS = "Names of Dropwizard's DataSourceFactory";

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]+]\\(([\\w-]+\\.md)[^)]*\\)");

    private record Row(Optional<String> defaultValue, Optional<String> values, String meaning) {}

    private final Map<String, Row> rows = new HashMap<>();

    /** Reads the page. */
    public SettingsPage() {
        Page page = Page.of("configuration");
        page.rows(BLOCKS).forEach(row -> add(row, Optional.empty(), Optional.empty()));
        SETTINGS.stream()
                .flatMap(heading -> page.rows(heading).stream())
                .forEach(row -> add(row, Optional.of(row.get(1)), Optional.of(row.get(2))));
        page.rows(KEYS).forEach(row -> add(row, Optional.empty(), Optional.of(row.get(1))));
    }

    private void add(List<String> row, Optional<String> defaultValue, Optional<String> values) {
        rows.put(Page.name(row.get(0)), new Row(defaultValue, values, row.get(row.size() - 1)));
    }

    private Row row(String name) {
        return Optional.ofNullable(rows.get(name))
                .orElseThrow(() -> new AssertionError("configuration.md has no row of " + name));
    }

    /** Returns what a setting or a block is for, with the values that a setting can have. Links are the paths of pages. */
    public String description(String name) {
        Row row = row(name);
        String values = row.values().map(text -> " Values: " + text + ".").orElse("");
        return LINK.matcher(row.meaning()).replaceAll(Page.DIRECTORY + "/$1") + values;
    }

    /** Returns the default of a setting as it is written in a file. */
    public String defaultValue(String name) {
        return row(name).defaultValue().orElseThrow(() -> new AssertionError(name + " has no column of its default"));
    }
}
