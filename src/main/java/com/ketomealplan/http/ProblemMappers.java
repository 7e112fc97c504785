package com.ketomealplan.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.ketomealplan.neon.web.Problem;
import com.ketomealplan.neon.web.Problem.FieldError;
import io.dropwizard.jersey.validation.ConstraintMessage;
import io.dropwizard.jersey.validation.JerseyViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status.Family;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.CharConversionException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.ZipException;
import org.eclipse.jetty.http.HttpStatus;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.server.ParamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps the exceptions of JAX-RS, Bean Validation and Jackson to problems, and all others to one without details. */
final class ProblemMappers {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemMappers.class);

    private ProblemMappers() {}

    /** Maps exceptions with a status of resources or Jersey: 404, 405, 415 and the like. */
    static final class OfWebApplication implements ExceptionMapper<WebApplicationException> {

        @Context
        private ExtendedUriInfo uri;

        @Context
        private Request request;

        @Override
        public Response toResponse(WebApplicationException exception) {
            return problem(exception, () -> AcceptedTypes.ofPath(uri, request.getMethod()));
        }

        static Response problem(WebApplicationException exception, Supplier<List<String>> accepted) {
            Response response = exception.getResponse();
            int status = response.getStatus();
            if (response.getStatusInfo().getFamily() == Family.REDIRECTION) {
                return response;
            }
            if (status >= 500) {
                LOG.error("Request failed with {}", status, exception);
            }
            return Response.fromResponse(response)
                    .type(Problem.MEDIA_TYPE)
                    .entity(Problem.of(status, detail(status, exception.getMessage(), accepted)))
                    .build();
        }

        /** Returns the message, unless it is Jersey's own, such as "HTTP 404 Not Found", which repeats the status. */
        private static String detail(int status, String message, Supplier<List<String>> accepted) {
            if (message != null && !message.startsWith("HTTP ")) {
                return message;
            }
            return switch (status) {
                case 404 -> "There is nothing at this path.";
                case 405 -> "This path does not take that method.";
                case 406 -> "This path answers in application/json.";
                case 415 ->
                    "The body must be %s."
                            .formatted(accepted.get().stream().findFirst().orElse(MediaType.APPLICATION_JSON));
                default -> HttpStatus.getMessage(status) + ".";
            };
        }
    }

    /** Maps a path, query or header value that is not of its type, such as a UUID. */
    static final class OfParameter implements ExceptionMapper<ParamException> {

        @Context
        private ResourceInfo resource;

        @Context
        private HttpHeaders headers;

        @Override
        public Response toResponse(ParamException exception) {
            return FieldErrors.answer(FieldErrors.ofParameter(exception, resource), headers);
        }
    }

    static final class OfValidation implements ExceptionMapper<JerseyViolationException> {

        @Context
        private HttpHeaders headers;

        @Override
        public Response toResponse(JerseyViolationException exception) {
            if (ConstraintMessage.determineStatus(exception.getConstraintViolations(), exception.getInvocable())
                    >= 500) {
                LOG.error("Response violates its own constraints", exception);
                return Problem.of(500, OfAnything.DETAIL).toResponse();
            }
            return FieldErrors.answer(FieldErrors.ofViolations(exception), headers);
        }
    }

    /** Maps an invalid body: 400 if it is no JSON, 422 if a field is invalid. */
    static final class OfJson implements ExceptionMapper<JsonProcessingException> {

        @Context
        private HttpHeaders headers;

        @Override
        public Response toResponse(JsonProcessingException exception) {
            if (exception.getProcessor() instanceof JsonGenerator) {
                LOG.error("Response could not be written as JSON", exception);
                return Problem.of(500, OfAnything.DETAIL).toResponse();
            }
            // Jackson wraps parse errors inside a field with the field's path
            Throwable root = exception;
            while (root.getCause() instanceof JsonProcessingException cause) {
                root = cause;
            }
            if (root.getCause() instanceof WebApplicationException refusal) { // thrown by BodyLimit's stream
                return OfWebApplication.problem(refusal, List::of);
            }
            Optional<FieldError> field = StrictJson.isTrailing(root) ? Optional.empty() : FieldErrors.ofJson(root);
            if (field.isPresent()) {
                return FieldErrors.answer(List.of(field.get()), headers);
            }
            JsonLocation at = exception.getLocation();
            return notWellFormed(at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr());
        }

        static Response notWellFormed(String where) {
            return Problem.of(400, "The body is not well-formed JSON, or has a name twice" + where + ".")
                    .toResponse();
        }
    }

    /** Maps all other exceptions. */
    static final class OfAnything implements ExceptionMapper<Throwable> {

        static final String DETAIL = "The request could not be processed. The error has been logged.";

        @Override
        public Response toResponse(Throwable exception) {
            if (exception.getCause() instanceof ZipException) { // Jersey wraps what reading the body throws
                return Problem.of(400, "The body is not compressed as its Content-Encoding says.")
                        .toResponse();
            }
            if (exception instanceof CharConversionException) {
                return OfJson.notWellFormed(""); // Jackson's for a body in what seems to be UTF-32
            }
            LOG.error("Request failed", exception);
            return Problem.of(500, DETAIL).toResponse();
        }
    }
}
