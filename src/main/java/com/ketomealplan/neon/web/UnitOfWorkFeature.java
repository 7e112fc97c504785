package com.ketomealplan.neon.web;

import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.neon.transaction.UnitOfWork;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Configuration;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.server.ChunkedOutput;
import org.glassfish.jersey.server.model.Invocable;
import org.glassfish.jersey.server.model.ModelProcessor;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.server.model.ResourceMethod;
import org.glassfish.jersey.server.model.ResourceModel;
import org.glassfish.jersey.server.spi.internal.ResourceMethodInvocationHandlerProvider;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/**
 * Runs a JAX-RS resource method with a deadline, one with {@link Transaction} (on itself or on its class) as a unit of
 * work, and a request with an {@code Idempotency-Key} once. The response is written before COMMIT and sent after it.
 *
 * <p>A method that answers later ({@link AsyncResponse}, {@link CompletionStage}, {@link StreamingOutput}, …) has neither deadline nor
 * unit: its connections have the time limit of work outside of requests, and a key is refused.
 */
public final class UnitOfWorkFeature implements Feature {

    /** Types of asynchronous results. */
    private static final List<Class<?>> RETURNED_LATER =
            List.of(CompletionStage.class, StreamingOutput.class, ChunkedOutput.class);

    private static final List<Class<?>> GIVEN_LATER = List.of(AsyncResponse.class, SseEventSink.class);

    private final UnitOfWork units;
    private final IdempotentWork.Storage storage;
    private final Callers callers;
    private final ResourceInvocation.TimeLimits limits;

    /**
     * @param callers identifies the client of a request, for its idempotency keys
     * @param deadline how long a resource method may work with the database
     * @param wakeBudget the time for a wake of the compute, in addition to the deadline
     */
    public UnitOfWorkFeature(
            UnitOfWork units, IdempotentWork.Storage storage, Callers callers, Duration deadline, Duration wakeBudget) {
        this.units = units;
        this.storage = storage;
        this.callers = callers;
        this.limits = new ResourceInvocation.TimeLimits(deadline, wakeBudget);
    }

    @Override
    public boolean configure(FeatureContext context) {
        context.register(new CurrentRequest(callers));
        context.register(new WrittenResponseInterceptor());
        context.register(new NotInvokedException.Mapper());
        context.register(new StartCheck());
        context.register(new AbstractBinder() {
            @Override
            protected void configure() {
                bind((ResourceMethodInvocationHandlerProvider) UnitOfWorkFeature.this::handlerOf)
                        .to(ResourceMethodInvocationHandlerProvider.class);
            }
        });
        return true;
    }

    private InvocationHandler handlerOf(Invocable invocable) {
        Method method = invocable.getHandlingMethod();
        if (endsLater(method)) {
            return ResourceInvocation::refuseKey;
        }
        ResponseWriter writer =
                new ResponseWriter(method, method, invocable.getDefinitionMethod(), method.getDeclaringClass());
        return new ResourceInvocation(method, optionsOf(invocable), units, storage, limits, writer);
    }

    private static Optional<UnitOfWork.Options> optionsOf(Invocable invocable) {
        Method method = invocable.getHandlingMethod();
        return UnitOfWork.Options.of(method, invocable.getDefinitionMethod(), method.getDeclaringClass());
    }

    private static boolean endsLater(Method method) {
        return RETURNED_LATER.stream().anyMatch(type -> type.isAssignableFrom(method.getReturnType()))
                || Stream.of(method.getParameterTypes())
                        .anyMatch(parameter -> GIVEN_LATER.stream().anyMatch(type -> type.isAssignableFrom(parameter)));
    }

    /** Fails the start of a service whose annotations cannot be honoured. */
    private static final class StartCheck implements ModelProcessor {

        @Override
        public ResourceModel processResourceModel(ResourceModel model, Configuration configuration) {
            model.getResources().forEach(StartCheck::check);
            return model;
        }

        @Override
        public ResourceModel processSubResource(ResourceModel model, Configuration configuration) {
            return processResourceModel(model, configuration);
        }

        private static void check(Resource resource) {
            resource.getAllMethods().stream().map(ResourceMethod::getInvocable).forEach(StartCheck::check);
            resource.getChildResources().forEach(StartCheck::check);
        }

        private static void check(Invocable invocable) {
            if (endsLater(invocable.getHandlingMethod()) && optionsOf(invocable).isPresent()) {
                throw new IllegalStateException("@Transaction on " + invocable.getHandlingMethod()
                        + ": the unit of work would end before the answer does; return the result itself");
            }
        }
    }
}
