package com.ketomealplan.neon.transaction;

import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Feature;
import jakarta.ws.rs.core.FeatureContext;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.server.model.Invocable;
import org.glassfish.jersey.server.spi.internal.ResourceMethodInvocationHandlerProvider;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/**
 * Makes a JAX-RS resource method with {@link Transaction} (on itself or on its class) one unit of work. Jersey writes the
 * answer after the method's invocation has returned, so the commit is over before the first byte.
 */
public final class UnitOfWorkFeature implements Feature {

    private final UnitOfWork unitOfWork;

    public UnitOfWorkFeature(UnitOfWork unitOfWork) {
        this.unitOfWork = unitOfWork;
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
        UnitOfWork.Options options = UnitOfWork.Options.of(
                        method, invocable.getDefinitionMethod(), method.getDeclaringClass())
                .orElse(null);
        if (options == null) {
            return null; // Jersey's own invocation
        }
        if (isAsynchronous(method)) {
            return (resource, invoked, arguments) -> {
                throw new IllegalStateException("@Transaction on " + method
                        + ": the unit of work would end before the asynchronous work does; return the result itself");
            };
        }
        return (resource, invoked, arguments) -> {
            try {
                return unitOfWork.call(options, () -> invoked.invoke(resource, arguments));
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
