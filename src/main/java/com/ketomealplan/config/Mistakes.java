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

/** What is wrong with a configuration, gathered while it is read. */
final class Mistakes {

    private final Set<String> messages = new TreeSet<>();
    private final Set<String> unreadable = new HashSet<>();
    private final Map<String, String> origins = new HashMap<>();

    /** Notes which environment variables or system property gave a field its value: its mistakes then name them. */
    void setBy(String field, String names) {
        origins.put(field, names);
    }

    /** A value that cannot be read, and is left out. */
    void unreadable(String field, String problem) {
        add(field, problem);
        unreadable.add(field);
    }

    /** A value that breaks a rule. Not if it could not be read: what was put in its place proves nothing. */
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

    /** The dotted name of a path that an exception carries. */
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
