package com.ketomealplan.openapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.web.Problem;
import jakarta.ws.rs.core.MediaType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpStatus;

/**
 * Creates a schema for each {@code type} of problem, and a response for each status, so that a generated client can distinguish
 * them. All of them extend {@code Problem} with a constant {@code type}.
 */
final class Problems {

    private static final String URN = "urn:problem-type:";

    private static final String BASE = "Problem";

    private static final String OF_FASTAPI = "HTTPValidationError";

    /** The problems that are no failures of the database. */
    private static final List<Type> OF_WRITES = List.of(new Type(
            "commit-outcome-unknown",
            503,
            "The connection was lost while the request was being stored, and it is unknown whether it is stored. Repeat"
                    + " it with its key; without one, check first.",
            false));

    private static final List<Type> OF_KEYS = List.of(
            new Type(
                    "idempotency-key-in-use",
                    409,
                    "A request with this `Idempotency-Key` is still in progress. Repeat it later.",
                    true),
            new Type(
                    "idempotency-key-reused",
                    422,
                    "This `Idempotency-Key` was used for another request. Use a new one.",
                    false));

    private final ObjectNode schemas;
    private final ObjectNode responses;

    /**
     * @param name the last part of the URN
     * @param retryable the value in the example
     */
    private record Type(String name, int status, String explanation, boolean retryable) {
        String schema() {
            return Names.pascal(name) + BASE;
        }
    }

    /** The problems of an operation, beside those of all. */
    record Causes(boolean database, boolean writes, boolean key) {}

    /**
     * @param components the components of the document, to which schemas and responses are added
     */
    Problems(ObjectNode components) {
        this.schemas = components.withObject("schemas");
        this.responses = components.withObject("responses");
        requireFieldsOf(Problem.class, schemas.withObject(BASE));
        requireFieldsOf(Problem.FieldError.class, schemas.withObject("FieldError"));
    }

    private static void requireFieldsOf(Class<?> record, ObjectNode schema) {
        Set<String> written = Stream.of(record.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> Names.hyphenated(name).replace('-', '_'))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = new TreeSet<>();
        schema.path("properties").fieldNames().forEachRemaining(described::add);
        if (!described.equals(written)) {
            throw new IllegalStateException(
                    "base.yml describes %s by %s, and it has %s".formatted(record.getSimpleName(), described, written));
        }
    }

    /** Adds a response to the components, and returns a reference to it. */
    ObjectNode response(ProblemStatus status, Causes causes) {
        List<Type> types = types(status.code(), causes);
        String name = status.component() + suffix(types, status);
        if (!responses.has(name)) {
            ObjectNode response = responses.putObject(name).put("description", status.when());
            headers(response, status);
            content(response, status, causes);
        }
        return Tree.reference("responses", name);
    }

    /** Completes a response that the resource describes with the content of its status. */
    void complete(ObjectNode response, ProblemStatus status, Causes causes) {
        headers(response, status);
        content(response, status, causes);
    }

    private static void headers(ObjectNode response, ProblemStatus status) {
        ObjectNode headers = response.withObject("headers");
        headers.set("X-Request-Id", Tree.reference("headers", "X-Request-Id"));
        if (status.isOfResources()) {
            headers.set("Server-Timing", Tree.reference("headers", "Server-Timing"));
        }
        if (status == ProblemStatus.UNSUPPORTED_MEDIA_TYPE) {
            headers.set("Accept-Patch", Tree.reference("headers", "Accept-Patch"));
        }
        if (status == ProblemStatus.CONFLICT
                || status == ProblemStatus.TOO_MANY_REQUESTS
                || status == ProblemStatus.SERVICE_UNAVAILABLE) {
            headers.set("Retry-After", Tree.reference("headers", "Retry-After"));
        }
    }

    /** Returns a suffix for responses with other types than usual. */
    private static String suffix(List<Type> types, ProblemStatus status) {
        if (types.isEmpty() && status == ProblemStatus.SERVICE_UNAVAILABLE) {
            return "WithoutDatabase";
        }
        return (types.containsAll(OF_WRITES) ? "OnWrite" : "")
                + (types.stream().anyMatch(OF_KEYS::contains) ? "WithKey" : "");
    }

    private void content(ObjectNode response, ProblemStatus status, Causes causes) {
        List<Type> types = types(status.code(), causes);
        ObjectNode content = response.withObject("content");
        ObjectNode media = content.withObject("/" + Problem.MEDIA_TYPE.replace("/", "~1"));
        if (status == ProblemStatus.UNPROCESSABLE_CONTENT) {
            content.putObject(MediaType.APPLICATION_JSON).set("schema", Tree.reference("schemas", OF_FASTAPI));
        }
        if (types.isEmpty()) {
            media.set("schema", Tree.reference("schemas", BASE));
            media.set("example", example("about:blank", status.code(), status.when(), false));
            return;
        }
        boolean alone = !sayableByStatus(status);
        if (alone && types.size() == 1) {
            media.set("schema", Tree.reference("schemas", schema(types.get(0))));
        } else {
            media.set("schema", Tree.reference("schemas", union(status, types)));
        }
        ObjectNode examples = media.putObject("examples");
        if (sayableByStatus(status)) {
            examples.putObject("about-blank").set("value", example("about:blank", status.code(), status.when(), false));
        }
        types.forEach(type -> examples.putObject(type.name())
                .set("value", example(URN + type.name(), type.status(), type.explanation(), type.retryable())));
    }

    /** Returns whether there are problems of this status without a type of their own. */
    private static boolean sayableByStatus(ProblemStatus status) {
        return status != ProblemStatus.GATEWAY_TIMEOUT && status != ProblemStatus.INSUFFICIENT_STORAGE;
    }

    private static List<Type> types(int status, Causes causes) {
        Map<String, Type> types = new LinkedHashMap<>();
        if (causes.database()) {
            for (FailureKind kind : FailureKind.values()) {
                kind.problemType()
                        .ifPresent(name -> types.putIfAbsent(
                                name,
                                new Type(name, kind.httpStatus(), kind.explanation(), kind.isRetryableByClient())));
            }
        }
        List<Type> all = new ArrayList<>(types.values());
        if (causes.writes()) {
            all.addAll(OF_WRITES);
        }
        if (causes.key()) {
            all.addAll(OF_KEYS);
        }
        return all.stream().filter(type -> type.status() == status).toList();
    }

    private String union(ProblemStatus status, List<Type> types) {
        String name = status.component() + suffix(types, status) + BASE;
        if (!schemas.has(name)) {
            ObjectNode union =
                    schemas.putObject(name).put("description", "One of the problems of status " + status.code() + ".");
            ArrayNode oneOf = union.putArray("oneOf");
            ObjectNode discriminator = union.putObject("discriminator").put("propertyName", "type");
            ObjectNode mapping = discriminator.putObject("mapping");
            if (sayableByStatus(status)) {
                oneOf.add(Tree.reference("schemas", BASE));
                mapping.put("about:blank", Tree.pointer("schemas", BASE));
            }
            for (Type type : types) {
                oneOf.add(Tree.reference("schemas", schema(type)));
                mapping.put(URN + type.name(), Tree.pointer("schemas", type.schema()));
            }
        }
        return name;
    }

    private String schema(Type type) {
        if (!schemas.has(type.schema())) {
            ObjectNode schema = schemas.withObject(BASE).deepCopy().put("description", type.explanation());
            ObjectNode properties = schema.withObject("properties");
            properties.withObject("type").putArray("enum").add(URN + type.name());
            properties.withObject("status").putArray("enum").add(type.status());
            properties.withObject("status").remove(List.of("minimum", "maximum"));
            properties.remove("errors");
            schemas.set(type.schema(), schema);
        }
        return type.schema();
    }

    private ObjectNode example(String type, int status, String detail, boolean retryable) {
        return schemas.objectNode()
                .put("type", type)
                .put("title", HttpStatus.getMessage(status))
                .put("status", status)
                .put("detail", detail)
                .put("retryable", retryable)
                .put("request_id", "3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    }
}
