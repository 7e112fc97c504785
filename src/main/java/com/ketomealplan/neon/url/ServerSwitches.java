package com.ketomealplan.neon.url;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libpq's {@code options}, taken apart: settings ({@code -c name=value}, {@code --name=value}), which a pooler refuses there,
 * and everything else, such as Neon's own {@code endpoint=…}, which stays.
 *
 * @param settings run-time parameters of the server
 * @param others the other words, as they were
 */
record ServerSwitches(Map<String, String> settings, String others) {

    /** A word, in which a backslash makes the next character an ordinary one (pg_split_opts). */
    private static final Pattern WORD = Pattern.compile("(?:\\\\.|\\S)+", Pattern.DOTALL);

    private static final Pattern SETTING = Pattern.compile("([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", Pattern.DOTALL);

    static ServerSwitches read(String options) {
        Map<String, String> settings = new TreeMap<>();
        List<String> others = new ArrayList<>();
        Matcher word = WORD.matcher(options);
        while (word.find()) {
            String text = word.group();
            String setting = "";
            if (text.equals("-c") && word.find()) {
                setting = word.group();
                text = "-c " + setting;
            } else if (text.startsWith("-c") || text.startsWith("--")) {
                setting = text.substring(2);
            }
            Matcher matcher = SETTING.matcher(setting.replaceAll("\\\\(.)", "$1"));
            if (matcher.matches()) {
                settings.put(matcher.group(1).replace('-', '_'), matcher.group(2)); // as the server does
            } else {
                others.add(text);
            }
        }
        return new ServerSwitches(settings, String.join(" ", others));
    }
}
