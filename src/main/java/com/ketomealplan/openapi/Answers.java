package com.ketomealplan.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Derives the response of a method that returns a {@link Response}, by the conventions of this service: {@code UserResource}
 * answers {@code User}, or {@code UserResult} if there is one; a POST by 201, a DELETE by 204 without a body, {@code list} by an
 * array. What a method says by {@link ApiResponse} goes before.
 */
final class Answers {

    private static final String RECORDS = "com.ketomealplan.api.";

    private final ObjectNode schemas;

    Answers(ObjectNode schemas) {
        this.schemas = schemas;
    }

    static String subject(Method method) {
        return method.getDeclaringClass().getSimpleName().replaceFirst("Resource$", "");
    }

    void describe(ObjectNode responses, String httpMethod, Method method) {
        if (method.getReturnType() != Response.class || method.getAnnotationsByType(ApiResponse.class).length > 0) {
            return;
        }
        responses.removeAll();
        if (httpMethod.equals(HttpMethod.DELETE)) {
            responses.putObject("204").put("description", "It is not there any more.");
            return;
        }
        ObjectNode schema = Tree.reference("schemas", record(method));
        if (method.getName().equals("list")) {
            schema = schemas.objectNode().put("type", "array").set("items", schema);
        }
        boolean created = httpMethod.equals(HttpMethod.POST);
        responses
                .putObject(created ? "201" : "200")
                .put("description", created ? "It is stored." : "As asked for.")
                .putObject("content")
                .putObject(MediaType.APPLICATION_JSON)
                .set("schema", schema);
        if (takesHeader(method, HttpHeaders.IF_NONE_MATCH)) {
            responses.putObject("304").put("description", "It is what the client has.");
        }
    }

    private String record(Method method) {
        Class<?> record = Stream.of("Result", "")
                .flatMap(suffix -> find(subject(method) + suffix).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(method + " does not say what it answers: @ApiResponse("
                        + "responseCode = \"200\", content = @Content(schema = @Schema(implementation = ….class)))"));
        schemas.setAll((ObjectNode)
                Json31.mapper().valueToTree(ModelConverters.getInstance(true).readAll(record)));
        return record.getSimpleName();
    }

    private static Optional<Class<?>> find(String name) {
        try {
            return Optional.of(Class.forName(RECORDS + name));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        }
    }

    /** Returns whether a parameter is this header. */
    static boolean takesHeader(Method method, String name) {
        return Stream.of(method.getParameters())
                .map(parameter -> parameter.getAnnotation(jakarta.ws.rs.HeaderParam.class))
                .anyMatch(header -> header != null && header.value().equalsIgnoreCase(name));
    }
}
