package com.ketomealplan.neon.web;

import com.ketomealplan.neon.transaction.UnitOfWork;
import io.dropwizard.jersey.optional.EmptyOptionalException;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.glassfish.jersey.message.MessageBodyWorkers;
import org.glassfish.jersey.message.internal.MediaTypes;
import org.glassfish.jersey.message.internal.OutboundJaxrsResponse;
import org.glassfish.jersey.message.internal.OutboundMessageContext;

/**
 * Writes what a resource method returned with JAX-RS's own writers, while its unit of work can still be rolled back. Filters
 * and interceptors run later, for each response. Thread-safe.
 */
final class ResponseWriter {

    /** Types that are copied to the response without a writer: they may be large. */
    private static final List<Class<?>> COPIED = List.of(InputStream.class, Reader.class, File.class, Path.class);

    private final Type returned;
    private final Annotation[] annotations;
    private final List<MediaType> produced;

    /**
     * @param declarations the resource method, the methods that it overrides, and its class, for their annotations
     */
    ResponseWriter(Method method, AnnotatedElement... declarations) {
        this.returned = method.getGenericReturnType();
        this.annotations = method.getDeclaredAnnotations();
        this.produced = Stream.of(declarations)
                .map(element -> element.getAnnotation(Produces.class))
                .filter(found -> found != null)
                .findFirst()
                .map(MediaTypes::createFrom)
                .orElse(List.of());
    }

    /** Returns whether a result has no body, or one that is copied. */
    static boolean isCopied(Object result) {
        Object entity = entityOf(result);
        return entity == null || COPIED.stream().anyMatch(type -> type.isInstance(entity));
    }

    /**
     * Checks a response whose unit of work is about to end.
     *
     * @throws IllegalStateException if it would be read from the database when it is written
     */
    static Object checkNotStreaming(Object result) {
        UnitOfWork.checkNotStreaming(entityOf(result), StreamingOutput.class);
        return result;
    }

    private static Object entityOf(Object result) {
        return result instanceof Response response ? response.getEntity() : result;
    }

    /**
     * Writes an answer.
     *
     * @throws IllegalStateException if it cannot be written
     * @throws WebApplicationException if its writer throws it
     */
    WrittenResponse write(Object result, ContainerRequestContext request, MessageBodyWorkers writers) {
        Response response = result instanceof Response given
                ? given
                : (result == null ? Response.noContent() : Response.ok(result)).build();
        OutboundMessageContext message =
                OutboundJaxrsResponse.from(response, null).getContext();
        MultivaluedMap<String, Object> headers = new MultivaluedHashMap<>();
        message.getHeaders().forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        if (!message.hasEntity()) {
            return new WrittenResponse(response, null, null, headers, null);
        }
        Type type = result instanceof Response || message.getEntityType() instanceof ParameterizedType
                ? message.getEntityType()
                : returned;
        Annotation[] all = Stream.of(annotations, message.getEntityAnnotations())
                .flatMap(Stream::of)
                .toArray(Annotation[]::new);
        Class<?> entityClass = message.getEntityClass();
        MediaType as = Optional.ofNullable(message.getMediaType())
                .orElseGet(() -> negotiated(
                        request,
                        produced.isEmpty()
                                ? writers.getMessageBodyWriterMediaTypes(entityClass, type, all)
                                : produced));
        headers.putSingle(HttpHeaders.CONTENT_TYPE, as);
        byte[] body = write(message.getEntity(), entityClass, type, all, as, headers, writers);
        return new WrittenResponse(response, message.getEntity(), as, headers, body);
    }

    private static <T> byte[] write(
            Object entity,
            Class<T> entityClass,
            Type type,
            Annotation[] annotations,
            MediaType as,
            MultivaluedMap<String, Object> headers,
            MessageBodyWorkers writers) {
        MessageBodyWriter<T> writer = writers.getMessageBodyWriter(entityClass, type, annotations, as);
        if (writer == null) {
            throw new IllegalStateException("nothing writes a " + type.getTypeName() + " as " + as);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            writer.writeTo(entityClass.cast(entity), entityClass, type, annotations, as, headers, body);
        } catch (WebApplicationException | EmptyOptionalException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException(
                    "the " + type.getTypeName() + " that is returned cannot be written as " + as, e);
        }
        return body.toByteArray();
    }

    /** Selects the media type by JAX-RS 3.1, section 3.8. */
    private static MediaType negotiated(ContainerRequestContext request, List<MediaType> offered) {
        return request.getAcceptableMediaTypes().stream()
                .flatMap(accepted -> offered.stream()
                        .filter(accepted::isCompatible)
                        .map(offer -> MediaTypes.mostSpecific(accepted, offer)))
                .map(MediaTypes::stripQualityParams)
                .map(found -> found.isWildcardType() || found.isWildcardSubtype()
                        ? MediaType.APPLICATION_OCTET_STREAM_TYPE
                        : found)
                .findFirst()
                .orElseThrow(NotAcceptableException::new);
    }
}
