package com.ketomealplan.neon.transaction;

import com.ketomealplan.neon.lease.Purpose;
import com.ketomealplan.neon.transaction.UnitOfWork.Options;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleScope;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.extension.ExtensionContext;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.core.extension.NoSuchExtensionException;

/** Creates SQL objects whose methods are units of work. */
final class SqlObjects {

    private SqlObjects() {}

    static <D> D create(Class<D> type, UnitOfWork units, Jdbi jdbi, HandleScope scope) {
        D outside = jdbi.onDemand(type);
        D inside = jdbi.getConfig(Extensions.class)
                .findFor(type, new OpenHandle(jdbi, scope))
                .orElseThrow(() -> new NoSuchExtensionException(type));
        Map<Method, Options> options = new HashMap<>();
        Set<Method> streaming = new HashSet<>();
        for (Method method : type.getMethods()) {
            Options.of(method, type).ifPresent(found -> options.put(method, found));
            if (StreamingResults.isStreaming(method.getReturnType())) {
                streaming.add(method);
            }
        }
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    Options unit = options.get(method);
                    if (units.isOpen()) {
                        if (unit != null) {
                            units.checkNesting(unit, nameOf(type, method));
                        }
                        return Reflection.invoke(inside, method, arguments);
                    }
                    if (streaming.contains(method)) {
                        throw StreamingResults.exceptionFor(method);
                    }
                    return unit == null
                            ? Reflection.invoke(outside, method, arguments)
                            : Purpose.within(
                                    nameOf(type, method),
                                    () -> units.call(unit, () -> Reflection.invoke(inside, method, arguments)));
                }));
    }

    private static String nameOf(Class<?> type, Method method) {
        return type.getSimpleName() + "." + method.getName();
    }

    /**
     * Supplies the handle that is open on the calling thread. A SQL object is attached to it once: to attach it at each call would cost as
     * much as its statement.
     */
    private record OpenHandle(Jdbi jdbi, HandleScope scope) implements HandleSupplier {

        @Override
        public Handle getHandle() {
            return scope.get().getHandle();
        }

        @Override
        public Jdbi getJdbi() {
            return jdbi;
        }

        @Override
        public ConfigRegistry getConfig() {
            return jdbi.getConfig();
        }

        @Override
        public <V> V invokeInContext(ExtensionContext context, Callable<V> task) throws Exception {
            return scope.get().invokeInContext(context, task);
        }
    }
}
