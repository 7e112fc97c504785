package com.ketomealplan.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What is wrong with a configuration, gathered while it is read. */
final class Mistakes {

    private final Set<String> messages = new TreeSet<>();
    private final Set<String> fields = new TreeSet<>();

    void add(String field, String problem) {
        messages.add(field + ": " + problem);
        fields.add(field);
    }

    /** Adds it unless the field is reported already: its value was left out, so what depends on it proves nothing. */
    void addUnlessReported(String field, String problem) {
        if (!fields.contains(field)) {
            messages.add(field + ": " + problem);
        }
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    Collection<String> messages() {
        return messages;
    }

    /** The same, of a path that an exception carries. */
    static String field(List<JsonMappingException.Reference> path) {
        return path.stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    /** {@code /server/applicationConnectors/0/port} as {@code server.applicationConnectors[0].port}. */
    static String field(JsonPointer pointer) {
        StringBuilder field = new StringBuilder();
        for (JsonPointer step = pointer; step != null && !step.matches(); step = step.tail()) {
            if (step.mayMatchElement()) {
                field.append('[').append(step.getMatchingIndex()).append(']');
            } else {
                field.append(field.isEmpty() ? "" : ".").append(step.getMatchingProperty());
            }
        }
        return field.toString();
    }
}
