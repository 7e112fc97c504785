package com.ketomealplan.openapi;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.jaxrs2.Reader;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.integration.SwaggerConfiguration;
import io.swagger.v3.oas.models.OpenAPI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.server.model.ResourceMethod;

/** Builds the document from Swagger's reading of the resources and records, the rules of all operations, and the base file. */
final class Document {

    private final ObjectNode document;
    private final List<Class<?>> resources;
    private final ConstraintResolver resolver = new ConstraintResolver(Json31.mapper());

    Document(ObjectNode base, List<Class<?>> resources) {
        this.document = base.deepCopy();
        this.resources = resources;
    }

    ObjectNode write() {
        ObjectNode read = read();
        ObjectNode components = document.withObject("components");
        components.withObject("schemas").setAll((ObjectNode) read.at("/components/schemas"));
        ObjectNode texts = (ObjectNode) document.remove("x-operations");
        Operations operations = new Operations(
                new Problems(components),
                new Answers(components.withObject("schemas")),
                texts,
                components.withObject("parameters"));
        ObjectNode servlets = document.withObject("paths").deepCopy();
        servlets.forEach(path -> path.forEach(operation -> operations.completeServlet((ObjectNode) operation)));
        ObjectNode paths = document.putObject("paths");
        addRoutes(paths, read, operations);
        paths.setAll(servlets);
        if (!texts.isEmpty()) {
            throw new IllegalStateException("base.yml describes operations that there are not: " + texts);
        }
        addTags(read.path("tags"), paths);
        requireWhatAnswersAlwaysHave(components);
        Tree.prune(document);
        paths.forEach(path -> Tree.sort((ObjectNode) path));
        components.forEach(kind -> Tree.sort((ObjectNode) kind));
        return document;
    }

    private void addRoutes(ObjectNode paths, ObjectNode read, Operations operations) {
        Map<String, List<ResourceMethod>> routes = routes();
        routes.forEach((path, methods) -> methods.forEach(method -> {
            String name = method.getHttpMethod().toLowerCase(Locale.ROOT);
            ObjectNode operation = taken(read, path, name);
            operations.complete(
                    operation,
                    method.getHttpMethod(),
                    path,
                    method.getInvocable().getHandlingMethod());
            paths.withObject(pointer(path)).set(name, operation);
        }));
        if (read.path("paths").findParents("responses").size() > 0) {
            throw new IllegalStateException("Jersey serves none of these: " + read.path("paths"));
        }
    }

    private ObjectNode read() {
        ModelConverters.getInstance(true).addConverter(resolver);
        OpenAPI read = new Reader(new SwaggerConfiguration().openAPI31(true).defaultResponseCode("200"))
                .read(new LinkedHashSet<>(resources));
        return Json31.mapper().valueToTree(read);
    }

    /** Returns Swagger's operation for a resource method of Jersey. */
    private static ObjectNode taken(ObjectNode read, String path, String method) {
        if (read.path("paths").path(path) instanceof ObjectNode item
                && item.remove(method) instanceof ObjectNode operation) {
            return operation;
        }
        throw new IllegalStateException("Swagger has not found " + method + " " + path);
    }

    /** Returns Jersey's resource methods, sorted. */
    private Map<String, List<ResourceMethod>> routes() {
        Map<String, List<ResourceMethod>> routes = new TreeMap<>();
        resources.forEach(type -> collect("", Resource.from(type), routes));
        return routes;
    }

    private static void collect(String parent, Resource resource, Map<String, List<ResourceMethod>> routes) {
        String path = parent + (resource.getPath().startsWith("/") ? "" : "/") + resource.getPath();
        if (!resource.getResourceMethods().isEmpty()) {
            routes.computeIfAbsent(path, none -> new ArrayList<>()).addAll(resource.getResourceMethods());
        }
        resource.getChildResources().forEach(child -> collect(path, child, routes));
    }

    private static String pointer(String path) {
        return "/" + path.replace("~", "~0").replace("/", "~1");
    }

    /** Returns the tags that resources describe, and the names of the others. */
    private void addTags(JsonNode described, ObjectNode paths) {
        ArrayNode tags = document.withArray("tags");
        described.forEach(tags::add);
        Set<String> known = new LinkedHashSet<>(tags.findValuesAsText("name"));
        paths.findValues("tags")
                .forEach(used -> used.forEach(name -> {
                    if (known.add(name.asText())) {
                        tags.addObject()
                                .put("name", name.asText())
                                .put("description", Names.sentence(name.asText()) + ".");
                    }
                }));
    }

    private static String name(Class<?> record) {
        Schema said = record.getAnnotation(Schema.class);
        return said == null || said.name().isEmpty() ? record.getSimpleName() : said.name();
    }

    /** Sets the required fields: all of a response without nulls, and those of a request with constraints. */
    private void requireWhatAnswersAlwaysHave(ObjectNode components) {
        Set<String> sent = new HashSet<>();
        document.path("paths").findValues("requestBody").forEach(body -> Tree.collect(body, components, sent));
        resolver.records().stream()
                .filter(type -> !sent.contains(Tree.pointer("schemas", name(type))))
                .filter(type -> !type.isAnnotationPresent(JsonInclude.class))
                .map(type -> components.path("schemas").path(name(type)))
                .filter(schema -> schema.has("properties"))
                .forEach(schema -> {
                    ArrayNode required = ((ObjectNode) schema).putArray("required");
                    schema.path("properties").fieldNames().forEachRemaining(required::add);
                });
    }
}
