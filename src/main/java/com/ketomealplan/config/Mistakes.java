package com.ketomealplan.config;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Collects the mistakes of a configuration while it is read. */
final class Mistakes {

    private final Set<String> messages = new TreeSet<>();
    private final Set<String> unreadable = new HashSet<>();
    private final Map<String, String> origins = new HashMap<>();

    /** Records the environment variables or the system property of a field's value, which its mistakes name. */
    void setBy(String field, String names) {
        origins.put(field, names);
    }

    /** Adds a value that cannot be parsed. */
    void unreadable(String field, String problem) {
        add(field, problem);
        unreadable.add(field);
    }

    /** Adds a value that violates a constraint, unless it could not be parsed. */
    void invalid(String field, String problem) {
        if (!unreadable.contains(field)) {
            add(field, problem);
        }
    }

    private void add(String field, String problem) {
        String origin = origins.getOrDefault(field, origins.get(field.replaceFirst("\\[\\d+]$", "")));
        messages.add(field + (origin == null ? "" : " (set by " + origin + ")") + ": " + problem);
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    Collection<String> messages() {
        return messages;
    }

    /** Returns the dotted name of an exception's path. */
    static String field(List<JsonMappingException.Reference> path) {
        return path.stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
    }

    /** Returns {@code /server/applicationConnectors/0/port} as {@code server.applicationConnectors[0].port}. */
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
