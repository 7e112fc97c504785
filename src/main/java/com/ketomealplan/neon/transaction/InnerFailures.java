package com.ketomealplan.neon.transaction;

import java.lang.reflect.Method;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleCallbackDecorator;
import org.jdbi.v3.core.extension.AttachedExtensionHandler;
import org.jdbi.v3.core.extension.ExtensionHandler;
import org.jdbi.v3.core.extension.ExtensionHandlerCustomizer;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/**
 * Marks the outer transaction as rollback-only when an inner unit of work fails: a SQL-object method with {@link Transaction}, or a
 * callback of {@code Jdbi} ({@code inTransaction}, {@code withHandle}).
 */
final class InnerFailures implements ExtensionHandlerCustomizer, HandleCallbackDecorator {

    private final UnitTransactionHandler transactions;

    InnerFailures(UnitTransactionHandler transactions) {
        this.transactions = transactions;
    }

    @Override
    public ExtensionHandler customize(ExtensionHandler handler, Class<?> extensionType, Method method) {
        if (!method.isAnnotationPresent(Transaction.class) && !extensionType.isAnnotationPresent(Transaction.class)) {
            return handler;
        }
        return (config, target) -> {
            AttachedExtensionHandler attached = handler.attachTo(config, target);
            return (handleSupplier, arguments) -> {
                Handle handle = handleSupplier.getHandle();
                return runInner(handle, () -> attached.invoke(handleSupplier, arguments));
            };
        };
    }

    @Override
    public <R, X extends Exception> HandleCallback<R, X> decorate(HandleCallback<R, X> callback) {
        return handle -> runInner(handle, () -> callback.withHandle(handle));
    }

    private <R, X extends Exception> R runInner(Handle handle, Work<R, X> work) throws X {
        boolean inner = handle.isInTransaction();
        try {
            return work.run();
        } catch (Throwable failure) {
            if (inner) {
                transactions.rollbackOnly(handle, failure);
            }
            throw failure;
        }
    }

    @FunctionalInterface
    private interface Work<R, X extends Exception> {
        R run() throws X;
    }
}
