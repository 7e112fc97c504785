package com.ketomealplan.neon.lease;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What is seldom used of a {@link ConnectionHandle} and has a hundred methods and more: callable statements and metadata. They are the
 * driver's, but their connection is the handle, and they end with it.
 */
final class RareHandle implements InvocationHandler {

    private final Object driver;
    private final ConnectionHandle connection;

    private RareHandle(Object driver, ConnectionHandle connection) {
        this.driver = driver;
        this.connection = connection;
    }

    static <T> T of(Class<T> type, T driver, ConnectionHandle connection) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new RareHandle(driver, connection)));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "close":
                connection.closed((Statement) driver);
                return call(method, arguments);
            case "toString":
                return call(method, arguments);
            case "isClosed":
                return connection.isClosed() || (boolean) call(method, arguments);
            case "getConnection":
                connection.checkUsable();
                return connection;
            default:
                break;
        }
        connection.checkUsable();
        HandleTransaction transaction = connection.transaction();
        if (method.getName().startsWith("execute")) {
            return transaction.sendAfter(
                    transaction.prologueFor(SqlKind.OTHER, false), () -> execute(transaction, method, arguments));
        }
        return send(transaction, method, arguments);
    }

    private Object execute(HandleTransaction transaction, Method method, Object[] arguments) throws Throwable {
        transaction.sends(Prologue.NONE);
        try {
            return call(method, arguments);
        } catch (SQLException e) {
            throw transaction.judged(e, ""); // a procedure may do anything
        } finally {
            transaction.sent();
        }
    }

    private Object send(HandleTransaction transaction, Method method, Object[] arguments) throws Throwable {
        transaction.sends(Prologue.NONE);
        try {
            return call(method, arguments);
        } finally {
            transaction.sent();
        }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(driver, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
