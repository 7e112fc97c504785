package com.ketomealplan.neon;

import com.ketomealplan.neon.idempotency.Idempotency;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.transaction.UnitOfWork;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.server.model.Invocable;
import org.glassfish.jersey.server.spi.internal.ResourceMethodInvocationHandlerProvider;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/**
 * Gives every JAX-RS resource method a deadline, makes one with {@link Transaction} (on itself or on its class) one unit of
 * work, and one whose request has an {@code Idempotency-Key} act once. Jersey writes the answer after the method's invocation
 * has returned, so the commit is over before the first byte.
 */
final class UnitOfWorkFeature implements Feature {

    private final Idempotency idempotency;
    private final Duration deadline;
    private final Duration wakeBudget;

    UnitOfWorkFeature(Idempotency idempotency, UnitOfWorkSettings settings) {
        this.idempotency = idempotency;
        this.deadline = settings.deadline().toJavaDuration();
        this.wakeBudget = settings.wakeBudget().toJavaDuration();
    }

    @Override
    public boolean configure(FeatureContext context) {
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
        Optional<UnitOfWork.Options> options =
                UnitOfWork.Options.of(method, invocable.getDefinitionMethod(), method.getDeclaringClass());
        if (isAsynchronous(method)) {
            if (options.isEmpty()) {
                return null; // Jersey's own invocation
            }
            return (resource, invoked, arguments) -> {
                throw new IllegalStateException("@Transaction on " + method
                        + ": the unit of work would end before the asynchronous work does; return the result itself");
            };
        }
        String name = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        return (resource, invoked, arguments) -> {
            Purpose.ofRequest(name);
            Callable<Object> work = () -> invoked.invoke(resource, arguments);
            try {
                return Deadline.within(deadline, wakeBudget, () -> idempotency.call(options, work));
            } catch (InvocationTargetException e) {
                throw e;
            } catch (Exception e) {
                // Jersey asks the exception mappers about what a method threw, and about nothing else
                throw new InvocationTargetException(e);
            }
        };
    }

    private static boolean isAsynchronous(Method method) {
        return CompletionStage.class.isAssignableFrom(method.getReturnType())
                || Stream.of(method.getParameterTypes()).anyMatch(AsyncResponse.class::isAssignableFrom);
    }
}
