package com.ketomealplan.http;

import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.neon.web.Problem;
import com.ketomealplan.neon.web.Problem.FieldError;
import io.dropwizard.jersey.validation.ConstraintMessage;
import io.dropwizard.jersey.validation.JerseyViolationException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;
import java.lang.reflect.Parameter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpStatus;
import org.glassfish.jersey.server.ParamException;
import org.glassfish.jersey.server.model.Invocable;

/** The errors in the fields of a request, found by JAX-RS, Bean Validation or Jackson, in the format that the client accepts. */
final class FieldErrors {

    private static final String BODY = "body";

    /** The type of errors without one of their own. Types are Pydantic's, because clients of the FastAPI service may compare them. */
    private static final String ANY_OTHER = "value_error";

    private static final Map<Class<? extends Annotation>, String> TYPES = Map.of(
            NotNull.class, "missing",
            Min.class, "greater_than_equal",
            Max.class, "less_than_equal",
            Pattern.class, "string_pattern_mismatch");

    /** The types for texts that cannot be parsed as these. */
    private static final Map<Class<?>, String> PARSING =
            Map.of(int.class, "int_parsing", long.class, "int_parsing", UUID.class, "uuid_parsing");

    /** An index of an array in a path. */
    private static final java.util.regex.Pattern INDEX = java.util.regex.Pattern.compile("\\[(\\d+)]");

    private FieldErrors() {}

    /** An error in the format of FastAPI. */
    record Detail(List<Object> loc, String msg, String type) {
        static Detail of(FieldError error) {
            Stream<Object> steps = error.field().equals(BODY)
                    ? Stream.of()
                    : Stream.of(error.field().split("\\.")).map(Detail::step);
            return new Detail(Stream.concat(Stream.of(error.in()), steps).toList(), error.message(), error.type());
        }

        private static Object step(String text) {
            Matcher index = INDEX.matcher(text);
            return index.matches() ? (Object) Integer.valueOf(index.group(1)) : text;
        }
    }

    /** A response in the format of FastAPI. */
    record Details(List<Detail> detail) {}

    /** Returns 422 as a problem, or as FastAPI does if the client accepts {@code application/json} and no problem. */
    static Response answer(List<FieldError> errors, HttpHeaders headers) {
        if (!wantsDetails(headers.getAcceptableMediaTypes())) {
            return Problem.ofFields(errors).toResponse();
        }
        return Response.status(HttpStatus.UNPROCESSABLE_ENTITY_422)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(new Details(errors.stream().map(Detail::of).toList()))
                .build();
    }

    private static boolean wantsDetails(List<MediaType> accepted) {
        MediaType problem = MediaType.valueOf(Problem.MEDIA_TYPE);
        return accepted.stream().anyMatch(type -> type.isCompatible(MediaType.APPLICATION_JSON_TYPE))
                && accepted.stream().noneMatch(type -> type.isCompatible(problem));
    }

    /** Returns the error of a path, query or header value that is not of its type, such as a UUID. */
    static List<FieldError> ofParameter(ParamException exception, ResourceInfo resource) {
        String name = exception.getParameterName();
        Class<? extends Annotation> kind = exception.getParameterType();
        String type = Stream.ofNullable(resource.getResourceMethod())
                .flatMap(method -> Stream.of(method.getParameters()))
                .filter(parameter ->
                        parameter.isAnnotationPresent(kind) && nameOf(parameter).equals(name))
                .map(parameter -> PARSING.getOrDefault(parameter.getType(), ANY_OTHER))
                .findFirst()
                .orElse(ANY_OTHER);
        String in = kind.getSimpleName().replace("Param", "").toLowerCase(Locale.ROOT);
        return List.of(new FieldError(in, name, "is not a valid value", type));
    }

    private static String nameOf(Parameter parameter) {
        PathParam path = parameter.getAnnotation(PathParam.class);
        QueryParam query = parameter.getAnnotation(QueryParam.class);
        return path != null ? path.value() : query != null ? query.value() : "";
    }

    static List<FieldError> ofViolations(JerseyViolationException exception) {
        return exception.getConstraintViolations().stream()
                .map(violation -> of(violation, exception.getInvocable()))
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .toList();
    }

    private static FieldError of(ConstraintViolation<?> violation, Invocable invocable) {
        String type = TYPES.getOrDefault(
                violation.getConstraintDescriptor().getAnnotation().annotationType(), ANY_OTHER);
        Optional<String> path = ConstraintMessage.isRequestEntity(violation, invocable);
        if (path.isPresent()) {
            String field = path.get().isEmpty() ? BODY : inJson(path.get());
            return new FieldError(BODY, field, violation.getMessage(), type);
        }
        // Dropwizard calls a parameter "query param limit", and a header "header If-Match"
        String name = violation.getPropertyPath().toString();
        String words = name.substring(name.lastIndexOf('.') + 1);
        String field = words.substring(words.lastIndexOf(' ') + 1);
        return new FieldError(words.replaceFirst(" .*", ""), field, violation.getMessage(), type);
    }

    /** Returns {@code quizData} as {@code quiz_data}: the JSON of this service is in snake case. */
    private static String inJson(String javaPath) {
        return javaPath.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** Returns the error of a field by Jackson's innermost exception; empty if the body is no JSON. */
    static Optional<FieldError> ofJson(Throwable exception) {
        if (exception instanceof StreamConstraintsException) {
            return Optional.of(new FieldError(
                    BODY, BODY, "is nested too deeply, or has too long a number, name or text", ANY_OTHER));
        }
        if (!(exception instanceof JsonMappingException mapping)) {
            return Optional.empty();
        }
        String message = mapping instanceof InvalidNullException
                ? "must not be null"
                : mapping instanceof MismatchedInputException ? "is not of the right type" : "cannot be read";
        return Optional.of(new FieldError(BODY, path(mapping), message, type(mapping)));
    }

    private static String type(JsonMappingException exception) {
        if (!(exception instanceof MismatchedInputException mismatch) || mismatch.getTargetType() == null) {
            return ANY_OTHER;
        }
        Class<?> wanted = mismatch.getTargetType();
        if (wanted == String.class) {
            return "string_type";
        }
        return ObjectNode.class.isAssignableFrom(wanted) ? "dict_type" : "model_attributes_type";
    }

    private static String path(JsonMappingException exception) {
        String path = exception.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? BODY : path;
    }
}
