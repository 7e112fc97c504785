package com.ketomealplan.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.StringSubstitutor;

/**
 * Substitutes {@code ${NAME}} and {@code ${NAME:-default}} by values of the environment, as a shell does: an
 * empty value counts as unset. It works on the parsed document, value by value, so that nothing in a value (a quote, a #,
 * a line break, another ${…}) can change the document.
 */
final class EnvironmentValues {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(\\w+)");

    private final Map<String, String> environment;
    private final StringSubstitutor substitutor;

    EnvironmentValues(Map<String, String> environment) {
        this.environment = environment;
        substitutor = new StringSubstitutor(this::lookup);
        substitutor.setEnableUndefinedVariableException(true);
        substitutor.setDisableSubstitutionInValues(true);
    }

    void replaceIn(JsonNode node, String path, Mistakes mistakes) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(entry -> {
                String child = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                replaceIn(entry.getValue(), child, mistakes);
                entry.setValue(replaced(entry.getValue(), child, mistakes));
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                String child = path + "[" + i + "]";
                replaceIn(array.get(i), child, mistakes);
                array.set(i, replaced(array.get(i), child, mistakes));
            }
        }
    }

    private JsonNode replaced(JsonNode value, String path, Mistakes mistakes) {
        if (!value.isTextual() || !value.textValue().contains("${")) {
            return value;
        }
        String names = REFERENCE
                .matcher(value.textValue())
                .results()
                .map(reference -> reference.group(1))
                .filter(name -> lookup(name) != null)
                .collect(Collectors.joining(", "));
        if (!names.isEmpty()) {
            mistakes.setBy(path, names);
        }
        try {
            return TextNode.valueOf(substitutor.replace(value.textValue()));
        } catch (IllegalArgumentException e) {
            mistakes.unreadable(
                    path,
                    "names an environment variable that is not set; set it, or write a default: ${NAME:-default}");
            return value;
        }
    }

    private String lookup(String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isEmpty())
                .orElse(null);
    }
}
