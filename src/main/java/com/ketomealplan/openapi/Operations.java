package com.ketomealplan.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.openapi.Problems.Causes;
import io.swagger.v3.jaxrs2.Reader;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Adds to operations what follows from rules: ids, headers, and problems. */
final class Operations {

    private static final Set<String> KEYED = Set.of(HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE);

    /** The statuses of any request. */
    private static final Set<ProblemStatus> ALWAYS = EnumSet.of(
            ProblemStatus.BAD_REQUEST,
            ProblemStatus.NOT_ACCEPTABLE,
            ProblemStatus.REQUEST_TIMEOUT,
            ProblemStatus.CONTENT_TOO_LARGE,
            ProblemStatus.URI_TOO_LONG,
            ProblemStatus.UNSUPPORTED_MEDIA_TYPE,
            ProblemStatus.HEADERS_TOO_LARGE,
            ProblemStatus.INTERNAL_SERVER_ERROR,
            ProblemStatus.SERVICE_UNAVAILABLE);

    private static final Set<ProblemStatus> OF_DATABASE =
            EnumSet.of(ProblemStatus.GATEWAY_TIMEOUT, ProblemStatus.INSUFFICIENT_STORAGE);

    private final Problems problems;
    private final Answers answers;
    private final ObjectNode texts;
    private final ObjectNode parameters;

    /**
     * @param texts the descriptions of operations by id; used ones are removed
     * @param parameters the common parameters by name: headers as components, for others the descriptions
     */
    Operations(Problems problems, Answers answers, ObjectNode texts, ObjectNode parameters) {
        this.problems = problems;
        this.answers = answers;
        this.texts = texts;
        this.parameters = parameters;
    }

    /** Completes the operation of a servlet. */
    void completeServlet(ObjectNode operation) {
        operation.put("description", operation.path("summary").asText() + ".");
        operation.withArray("parameters").add(Tree.reference("parameters", "X-Request-Id"));
        Set<ProblemStatus> statuses = EnumSet.of(
                ProblemStatus.BAD_REQUEST,
                ProblemStatus.URI_TOO_LONG,
                ProblemStatus.HEADERS_TOO_LARGE,
                ProblemStatus.INTERNAL_SERVER_ERROR,
                ProblemStatus.SERVICE_UNAVAILABLE);
        addProblems(operation.withObject("responses"), statuses, new Causes(false, false, false));
    }

    /** Completes the operation of a resource method. */
    void complete(ObjectNode operation, String httpMethod, String path, Method method) {
        Optional<Transaction> unit = unit(method);
        boolean reads = unit.map(Transaction::readOnly).orElse(httpMethod.equals(HttpMethod.GET));
        boolean keyed = KEYED.contains(httpMethod) && !reads;
        Causes causes = new Causes(unit.isPresent() || keyed, !reads, keyed);

        name(operation, method);
        takeJson(operation.path("requestBody").path("content"));
        if (body(method).filter(body -> body.isAnnotationPresent(NotNull.class)).isPresent()) {
            operation.withObject("requestBody").put("required", true);
        }
        ArrayNode own = operation.withArray("parameters");
        describe(own);
        own.add(Tree.reference("parameters", "X-Request-Id"));
        if (keyed) {
            own.add(Tree.reference("parameters", "Idempotency-Key"));
        }
        answers.describe(operation.withObject("responses"), httpMethod, method);
        addProblems(operation.withObject("responses"), statuses(httpMethod, path, method, causes), causes);
        operation.withObject("responses").properties().stream()
                .filter(response -> response.getKey().matches("[23].."))
                .forEach(response -> succeed(response.getKey(), (ObjectNode) response.getValue(), method, keyed));
    }

    private void name(ObjectNode operation, Method method) {
        String subject = Answers.subject(method);
        if (operation.path("operationId").asText().matches(method.getName() + "(_\\d+)?|")) { // Swagger's own choice
            operation.put(
                    "operationId",
                    method.getName() + subject + (method.getName().equals("list") ? "s" : ""));
        }
        String id = operation.path("operationId").asText();
        if (texts.remove(id) instanceof ObjectNode said) {
            operation.setAll(said);
        }
        if (!operation.has("summary")) {
            operation.put("summary", Names.sentence(id));
        }
        if (!operation.has("description")) {
            operation.put("description", operation.path("summary").asText() + ".");
        }
        if (operation.path("tags").isEmpty()) {
            operation.putArray("tags").add(Names.hyphenated(subject) + "s");
        }
    }

    /** Replaces the wildcard of a resource without {@code @Consumes}: this service reads only JSON. */
    private static void takeJson(JsonNode content) {
        if (content.has("*/*")) {
            ((ObjectNode) content).set(MediaType.APPLICATION_JSON, ((ObjectNode) content).remove("*/*"));
        }
    }

    private static Set<ProblemStatus> statuses(String httpMethod, String path, Method method, Causes causes) {
        Set<ProblemStatus> statuses = EnumSet.copyOf(ALWAYS);
        if (path.contains("{")) {
            statuses.add(ProblemStatus.NOT_FOUND);
        }
        if (path.contains("{") || method.getParameterCount() > 0) {
            statuses.add(ProblemStatus.UNPROCESSABLE_CONTENT);
        }
        if (httpMethod.equals(HttpMethod.GET)) {
            statuses.add(ProblemStatus.TOO_MANY_REQUESTS);
        }
        if (causes.writes()) {
            statuses.add(ProblemStatus.CONFLICT);
        }
        if (Answers.takesHeader(method, HttpHeaders.IF_MATCH)) {
            statuses.add(ProblemStatus.PRECONDITION_FAILED);
        }
        if (causes.database()) {
            statuses.addAll(OF_DATABASE);
        }
        return statuses;
    }

    /** Adds the responses, sorted by status; those that the resource describes are kept. */
    private void addProblems(ObjectNode responses, Set<ProblemStatus> statuses, Causes causes) {
        for (ProblemStatus status : ProblemStatus.values()) {
            String code = Integer.toString(status.code());
            if (responses.path(code) instanceof ObjectNode described) {
                problems.complete(described, status, causes);
            } else if (statuses.contains(status)) {
                responses.set(code, problems.response(status, causes));
            }
        }
        List<String> sorted = responses.properties().stream()
                .map(java.util.Map.Entry::getKey)
                .sorted()
                .toList();
        sorted.forEach(code -> responses.set(code, responses.remove(code)));
    }

    private static void succeed(String code, ObjectNode response, Method method, boolean keyed) {
        if (List.of("200", "201").contains(code) && schemas(response).isEmpty()) {
            throw new IllegalStateException(method + " does not say what is in its answer " + code
                    + ": @ApiResponse(responseCode = \"" + code
                    + "\", content = @Content(schema = @Schema(implementation = ….class)))");
        }
        if (response.path("description").asText().equals(Reader.DEFAULT_DESCRIPTION)) {
            response.put("description", code.equals("200") ? "As asked for." : "Done.");
        }
        ObjectNode headers = response.withObject("headers");
        Stream.of("X-Request-Id", "Server-Timing").forEach(name -> headers.set(name, Tree.reference("headers", name)));
        if (code.equals("201")) {
            headers.set("Location", Tree.reference("headers", "Location"));
        }
        if (isVersioned(method) && !code.equals("204") && !method.getName().equals("list")) {
            headers.set("ETag", Tree.reference("headers", "ETag"));
        }
        if (takesQuery(method, "after")) {
            headers.set("Link", Tree.reference("headers", "Link"));
        }
        if (keyed) {
            headers.set("Idempotency-Replayed", Tree.reference("headers", "Idempotency-Replayed"));
        }
    }

    /** Returns whether responses of the resource have an {@code ETag}. */
    private static boolean isVersioned(Method method) {
        return Stream.of(method.getDeclaringClass().getMethods())
                .anyMatch(other -> Answers.takesHeader(other, HttpHeaders.IF_NONE_MATCH));
    }

    private static boolean takesQuery(Method method, String name) {
        return Stream.of(method.getParameters())
                .map(parameter -> parameter.getAnnotation(QueryParam.class))
                .anyMatch(query -> query != null && query.value().equals(name));
    }

    /** Adds the descriptions of parameters, by name. */
    private void describe(ArrayNode own) {
        for (int i = 0; i < own.size(); i++) {
            ObjectNode parameter = (ObjectNode) own.get(i);
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("header") && parameters.has(name)) {
                own.set(i, Tree.reference("parameters", name));
            } else if (parameters.has(name) && !parameter.has("description")) {
                parameter.setAll((ObjectNode) parameters.get(name));
            }
        }
    }

    private static List<JsonNode> schemas(ObjectNode response) {
        return StreamSupport.stream(response.path("content").spliterator(), false)
                .map(media -> media.path("schema"))
                .filter(schema -> !schema.isEmpty())
                .toList();
    }

    private static Optional<Transaction> unit(Method method) {
        return Stream.of(method, method.getDeclaringClass())
                .map(element -> element.getAnnotation(Transaction.class))
                .filter(found -> found != null)
                .findFirst();
    }

    /** Returns the entity parameter: the one without a JAX-RS annotation. */
    private static Optional<Parameter> body(Method method) {
        return Stream.of(method.getParameters())
                .filter(parameter -> Stream.of(parameter.getAnnotations())
                        .noneMatch(origin -> origin.annotationType().getName().startsWith("jakarta.ws.rs.")))
                .findFirst();
    }
}
