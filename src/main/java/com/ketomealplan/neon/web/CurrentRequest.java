package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.IdempotencyKey;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.glassfish.jersey.message.MessageBodyWorkers;

/**
 * Keeps the current request of a thread for the invocation of its resource method, to which Jersey passes only the
 * arguments. Parses its key; if it has one, also reads its body, which the resource method can read again.
 */
final class CurrentRequest implements ContainerRequestFilter, ContainerResponseFilter {

    /** The methods that are not idempotent, or, as DELETE, have another response the second time; the others need no key. */
    private static final Set<String> KEYED = Set.of(HttpMethod.POST, HttpMethod.PATCH, HttpMethod.DELETE);

    /**
     * A request that has found its resource method.
     *
     * @param keyed empty if it has no key, or needs none
     * @param provider the provider of the writers of responses, because each lookup has a cost
     */
    record MatchedRequest(
            ContainerRequestContext context,
            Optional<IdempotentWork.Request> keyed,
            Provider<MessageBodyWorkers> provider) {

        MessageBodyWorkers writers() {
            return provider.get();
        }
    }

    private static final ThreadLocal<MatchedRequest> CURRENT = new ThreadLocal<>();

    private final Callers callers;

    /** Injected by Jersey when this is registered. */
    @Inject
    private Provider<MessageBodyWorkers> writers;

    /**
     * @param callers identifies the clients
     */
    CurrentRequest(Callers callers) {
        this.callers = callers;
    }

    /** Returns the request of this thread, and removes it. */
    static MatchedRequest take() {
        MatchedRequest request = CURRENT.get();
        CURRENT.remove();
        return request;
    }

    @Override
    public void filter(ContainerRequestContext request) throws IOException {
        List<String> keys = request.getHeaders().get(IdempotencyKey.HEADER);
        Optional<IdempotentWork.Request> keyed = Optional.empty();
        if (keys != null && KEYED.contains(request.getMethod())) {
            try {
                IdempotencyKey key = IdempotencyKey.parse(String.join(",", keys));
                keyed = Optional.of(KeyedRequest.read(key, request, callers.callerOf(request)));
            } catch (IdempotencyKey.InvalidKeyException e) {
                // A response before the body was read closes the connection, and may fail the next request of the
                // client
                request.getEntityStream().transferTo(OutputStream.nullOutputStream());
                request.abortWith(Problem.of(400, e.getMessage()).toResponse());
                return;
            }
        }
        CURRENT.set(new MatchedRequest(request, keyed, writers));
    }

    /** Clears the request, also if it was answered before its method was invoked. */
    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        CURRENT.remove();
    }
}
