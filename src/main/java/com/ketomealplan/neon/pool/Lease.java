package com.ketomealplan.neon.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A borrower's view of a connection: closing it gives it back, once, and what JDBC would change of the session is done for
 * the transaction ({@link TransactionSettings}).
 */
final class Lease implements InvocationHandler {

    private final PooledConnection connection;
    private final ConnectionPool pool;
    private final Connection jdbc;
    private final TransactionSettings settings;
    private boolean closed;
    private boolean altered;

    private Lease(PooledConnection connection, ConnectionPool pool) {
        this.connection = connection;
        this.pool = pool;
        this.jdbc = connection.physical().jdbc();
        this.settings =
                new TransactionSettings(jdbc, connection.physical().settings().sql());
    }

    static Connection of(PooledConnection connection, ConnectionPool pool) {
        return (Connection) Proxy.newProxyInstance(
                Lease.class.getClassLoader(), new Class<?>[] {Connection.class}, new Lease(connection, pool));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return closed ? "a connection that was given back" : jdbc.toString();
            case "close":
                end(altered);
                return null;
            case "abort":
                if (!closed) {
                    call(method, arguments);
                    end(true);
                }
                return null;
            case "isClosed":
                return closed || jdbc.isClosed();
            default:
                break;
        }
        if (closed) {
            throw new SQLException("this connection was given back", "08003");
        }
        return switch (method.getName()) {
            case "unwrap" -> ((Class<?>) arguments[0]).isInstance(jdbc) ? jdbc : call(method, arguments);
            case "setTransactionIsolation" -> {
                settings.isolation((int) arguments[0]);
                yield null;
            }
            case "getTransactionIsolation" -> settings.isolation();
            case "setReadOnly" -> {
                settings.readOnly((boolean) arguments[0]);
                yield null;
            }
            case "setSchema" -> {
                settings.schema((String) arguments[0]);
                yield null;
            }
            case "setAutoCommit", "commit", "rollback" -> {
                Object result = call(method, arguments);
                if (arguments == null || method.getName().equals("setAutoCommit")) { // not back to a savepoint
                    settings.transactionOver();
                }
                yield result;
            }
            case "setNetworkTimeout", "setHoldability", "setClientInfo", "setTypeMap" -> {
                altered = true; // for good: the connection is not handed on
                yield call(method, arguments);
            }
            case "createStatement", "prepareStatement", "prepareCall", "setSavepoint" -> {
                settings.beforeStatement();
                yield call(method, arguments);
            }
            default -> call(method, arguments);
        };
    }

    private void end(boolean spent) {
        if (!closed) {
            closed = true;
            settings.end();
            pool.giveBack(connection, spent);
        }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(jdbc, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
