package com.ketomealplan.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.ketomealplan.neon.web.Problem;
import com.ketomealplan.neon.web.Problem.FieldError;
import io.dropwizard.jersey.validation.ConstraintMessage;
import io.dropwizard.jersey.validation.JerseyViolationException;
import jakarta.validation.ConstraintViolation;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status.Family;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.zip.ZipException;
import org.eclipse.jetty.http.HttpStatus;
import org.glassfish.jersey.server.ParamException;
import org.glassfish.jersey.server.model.Invocable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The exceptions of JAX-RS, Bean Validation and Jackson as problems; and all others, of which a client learns nothing. */
final class ProblemMappers {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemMappers.class);

    private ProblemMappers() {}

    /** {@code quizData} as {@code quiz_data}: the JSON of this service is in snake case. */
    private static String inJson(String javaPath) {
        return javaPath.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** What a resource or Jersey itself throws on purpose: 404, 405, 415 and the like. */
    static final class OfWebApplication implements ExceptionMapper<WebApplicationException> {
        @Override
        public Response toResponse(WebApplicationException exception) {
            Response response = exception.getResponse();
            int status = response.getStatus();
            if (response.getStatusInfo().getFamily() == Family.REDIRECTION) {
                return response;
            }
            if (status >= 500) {
                LOG.error("A request failed with {}", status, exception);
            }
            return Response.fromResponse(response)
                    .type(Problem.MEDIA_TYPE)
                    .entity(Problem.of(status, detail(status, exception.getMessage())))
                    .build();
        }

        /** Jersey's own message, "HTTP 404 Not Found", says no more than the status. */
        private static String detail(int status, String message) {
            if (message != null && !message.startsWith("HTTP ")) {
                return message;
            }
            return switch (status) {
                case 404 -> "There is nothing at this path.";
                case 405 -> "This path does not take that method.";
                case 406 -> "This path answers in application/json.";
                case 415 -> "The body must be application/json.";
                default -> HttpStatus.getMessage(status) + ".";
            };
        }
    }

    /** A path, query or header value that is not of its type, such as a UUID. */
    static final class OfParameter implements ExceptionMapper<ParamException> {
        @Override
        public Response toResponse(ParamException exception) {
            return Problem.ofFields(List.of(new FieldError(exception.getParameterName(), "is not a valid value")))
                    .toResponse();
        }
    }

    static final class OfValidation implements ExceptionMapper<JerseyViolationException> {
        @Override
        public Response toResponse(JerseyViolationException exception) {
            if (ConstraintMessage.determineStatus(exception.getConstraintViolations(), exception.getInvocable())
                    >= 500) {
                LOG.error("An answer of ours breaks its own constraints", exception);
                return Problem.of(500, OfAnything.DETAIL).toResponse();
            }
            return Problem.ofFields(exception.getConstraintViolations().stream()
                            .map(violation ->
                                    new FieldError(field(violation, exception.getInvocable()), violation.getMessage()))
                            .sorted((a, b) -> a.toString().compareTo(b.toString()))
                            .toList())
                    .toResponse();
        }

        private static String field(ConstraintViolation<?> violation, Invocable invocable) {
            return ConstraintMessage.isRequestEntity(violation, invocable)
                    .map(path -> path.isEmpty() ? "body" : inJson(path))
                    .orElseGet(() -> lastWord(violation.getPropertyPath().toString()));
        }

        /** Dropwizard calls a parameter "query param limit". */
        private static String lastWord(String text) {
            return text.substring(text.lastIndexOf(' ') + 1);
        }
    }

    /** JSON that cannot be read is the client's mistake: 400 if it is no JSON, 422 if a field cannot be used. */
    static final class OfJson implements ExceptionMapper<JsonProcessingException> {
        @Override
        public Response toResponse(JsonProcessingException exception) {
            if (exception.getProcessor() instanceof JsonGenerator) {
                LOG.error("An answer of ours could not be written as JSON", exception);
                return Problem.of(500, OfAnything.DETAIL).toResponse();
            }
            // What the parser finds inside a field, Jackson wraps with the field's path
            Throwable root = exception;
            while (root.getCause() instanceof JsonProcessingException cause) {
                root = cause;
            }
            if (root.getCause() instanceof WebApplicationException refusal) { // by who hands out the body: BodyLimit
                return new OfWebApplication().toResponse(refusal);
            }
            if (root instanceof StreamConstraintsException) {
                return refused("body", "is nested too deeply, or has too long a number, name or text");
            }
            if (root instanceof JsonMappingException mapping) {
                boolean mismatch = root instanceof MismatchedInputException;
                return refused(path(mapping), mismatch ? "is not of the right type" : "cannot be read");
            }
            JsonLocation at = exception.getLocation();
            String where = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            return Problem.of(400, "The body is not well-formed JSON, or has a name twice" + where + ".")
                    .toResponse();
        }

        private static Response refused(String field, String message) {
            return Problem.ofFields(List.of(new FieldError(field, message))).toResponse();
        }

        private static String path(JsonMappingException exception) {
            String path = exception.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                    .collect(Collectors.joining("."));
            return path.isEmpty() ? "body" : path;
        }
    }

    /** Whatever nobody foresaw. */
    static final class OfAnything implements ExceptionMapper<Throwable> {

        static final String DETAIL = "The request could not be processed. The error has been logged.";

        @Override
        public Response toResponse(Throwable exception) {
            if (exception.getCause() instanceof ZipException) { // Jersey wraps what reading the body throws
                return Problem.of(400, "The body is not compressed as its Content-Encoding says.")
                        .toResponse();
            }
            LOG.error("A request failed", exception);
            return Problem.of(500, DETAIL).toResponse();
        }
    }
}
