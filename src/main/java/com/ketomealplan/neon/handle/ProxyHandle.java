package com.ketomealplan.neon.handle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A dynamic proxy for the driver's callable statements and metadata, which have more than a hundred methods each and are rarely used.
 * Their {@code getConnection()} is the {@link ConnectionHandle}, and they are closed with it.
 */
final class ProxyHandle implements InvocationHandler {

    private final Object driver;
    private final ConnectionHandle connection;

    private ProxyHandle(Object driver, ConnectionHandle connection) {
        this.driver = driver;
        this.connection = connection;
    }

    static <T> T of(Class<T> type, T driver, ConnectionHandle connection) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new ProxyHandle(driver, connection)));
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
            case "cancel": // by any thread
                connection.driverToAlter();
                return call(method, arguments);
            default:
                break;
        }
        connection.checkUsable();
        HandleTransaction transaction = connection.transaction();
        if (method.getName().equals("unwrap")) {
            transaction.handOutDriver();
        }
        Object result = method.getName().startsWith("execute")
                ? transaction.sendAfter(
                        transaction.prologueFor(SqlKind.OTHER, false), () -> execute(transaction, method, arguments))
                : send(transaction, method, arguments);
        return result instanceof ResultSet rows
                ? new ResultSetHandle(transaction, proxy instanceof Statement statement ? statement : null, rows)
                : result;
    }

    private Object execute(HandleTransaction transaction, Method method, Object[] arguments) throws Throwable {
        transaction.beforeSend(Prologue.NONE);
        try {
            return call(method, arguments);
        } catch (SQLException e) {
            throw transaction.translate(e, ""); // a procedure may do anything
        } finally {
            transaction.afterSend();
        }
    }

    private Object send(HandleTransaction transaction, Method method, Object[] arguments) throws Throwable {
        transaction.beforeSend(Prologue.NONE);
        try {
            return call(method, arguments);
        } finally {
            transaction.afterSend();
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
