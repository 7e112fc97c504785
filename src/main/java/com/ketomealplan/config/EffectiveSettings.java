package com.ketomealplan.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The effective settings of a service, for people: the file with the values of the environment, without secrets. Injected into the
 * configuration by {@link com.fasterxml.jackson.annotation.JacksonInject}.
 *
 * @param values by dotted names, in the order of the file
 */
public record EffectiveSettings(Map<String, String> values) {

    /** The names of settings whose values are secret. */
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(url|token|password|passphrase|secret|credential|apikey|header).*");

    /** The user and the password in a URL. */
    private static final Pattern USER_INFO = Pattern.compile("//[^/@\\s]*@");

    private static final String MASK = "***";

    public EffectiveSettings {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    static EffectiveSettings of(JsonNode document) {
        Map<String, String> settings = new LinkedHashMap<>();
        collect("", "", document, settings);
        return new EffectiveSettings(settings);
    }

    private static void collect(String path, String name, JsonNode node, Map<String, String> settings) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> collect(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                            entry.getKey(),
                            entry.getValue(),
                            settings));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                collect(path + "[" + i + "]", name, node.get(i), settings);
            }
        } else {
            settings.put(path, masked(name, node.isNull() ? "" : node.asText()));
        }
    }

    private static String masked(String name, String value) {
        return SECRET.matcher(name).matches() && !value.isEmpty()
                ? MASK
                : USER_INFO.matcher(value).replaceAll("//" + MASK + "@");
    }
}
