package com.ketomealplan.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Resolves references between the parts of a document. */
final class Tree {

    private static final String ROOT = "#/components/";

    private Tree() {}

    static String pointer(String kind, String name) {
        return ROOT + kind + "/" + name;
    }

    static ObjectNode reference(String kind, String name) {
        return JsonNodeFactory.instance.objectNode().put("$ref", pointer(kind, name));
    }

    /** Removes the components that are not referenced. */
    static void prune(ObjectNode document) {
        ObjectNode components = document.withObject("components");
        Set<String> used = new HashSet<>();
        collect(document.path("paths"), components, used);
        components.properties().forEach(kind -> ((ObjectNode) kind.getValue())
                .retain(names(kind.getValue()).stream()
                        .filter(name -> used.contains(pointer(kind.getKey(), name)))
                        .toList()));
    }

    /** Sorts by name, because reflection has no defined order. */
    static void sort(ObjectNode node) {
        names(node).stream().sorted().forEach(name -> node.set(name, node.remove(name)));
    }

    /** Returns the components that a node references, directly or indirectly. */
    static void collect(JsonNode node, ObjectNode components, Set<String> used) {
        String target = node.path("$ref").asText();
        if (target.startsWith(ROOT) && used.add(target)) {
            collect(components.at(target.substring(ROOT.length() - 1)), components, used);
        }
        node.forEach(child -> collect(child, components, used));
    }

    private static List<String> names(JsonNode node) {
        return node.properties().stream().map(java.util.Map.Entry::getKey).toList();
    }
}
