package com.ketomealplan.neon.pool;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A prepared statement that may turn out to be the first of its transaction: then it is executed together with the
 * {@link TransactionOpening}, in one round trip. Until its first execution it only remembers what is set; what an opening
 * cannot travel with, such as a batch, has it executed before.
 */
final class FirstStatement implements InvocationHandler {

    private static final Set<String> EXECUTIONS =
            Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate");

    /** Prepares this statement, with others before it. */
    @FunctionalInterface
    interface Preparation {
        PreparedStatement prepare(String before) throws Throwable;
    }

    private record Call(Method method, Object[] arguments) {}

    private final Lease lease;
    private final Preparation preparation;
    /** By parameter, or by the setter's name. */
    private final Map<Object, Call> remembered = new LinkedHashMap<>();

    private PreparedStatement prepared;
    private int opening;
    private boolean closed;

    private FirstStatement(Lease lease, Preparation preparation) {
        this.lease = lease;
        this.preparation = preparation;
    }

    static PreparedStatement of(Lease lease, Preparation preparation) {
        return (PreparedStatement) Proxy.newProxyInstance(
                FirstStatement.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                new FirstStatement(lease, preparation));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "close", "isClosed":
                if (prepared == null) {
                    closed |= name.equals("close");
                    return name.equals("close") ? null : closed;
                }
                break;
            case "toString":
                return prepared == null ? "a statement that was not executed" : prepared.toString();
            case "clearParameters":
                remembered.keySet().removeIf(key -> key instanceof Integer);
                return prepared == null ? null : Lease.call(prepared, method, null);
            default:
                break;
        }
        if (closed) {
            throw new SQLException("this statement is closed", "55000");
        }
        if (name.startsWith("set")) {
            boolean ofParameter = arguments.length > 1 && arguments[0] instanceof Integer;
            remembered.put(ofParameter ? arguments[0] : name, new Call(method, arguments));
            return prepared == null ? null : Lease.call(prepared, method, arguments);
        }
        if (arguments != null || !EXECUTIONS.contains(name)) {
            boolean batch = name.equals("addBatch") || name.startsWith("execute");
            if (prepared == null || batch) {
                lease.open();
            }
            if (prepared == null || batch && opening > 0) {
                prepare(List.of());
            }
            return Lease.call(prepared, method, arguments);
        }
        if (prepared == null || opening > 0 || lease.isPending()) { // anew, if it brought an opening the last time
            prepare(lease.openWith());
        }
        lease.opens();
        return opening > 0 ? execute(name) : Lease.call(prepared, method, null);
    }

    private void prepare(List<String> before) throws Throwable {
        if (prepared != null) {
            prepared.close();
        }
        opening = before.size();
        prepared = preparation.prepare(String.join(" ", before));
        for (Call call : remembered.values()) {
            Lease.call(prepared, call.method(), call.arguments());
        }
    }

    private Object execute(String name) throws SQLException {
        prepared.execute();
        lease.opened(prepared, opening);
        boolean rows = prepared.getResultSet() != null;
        if (rows && name.endsWith("Update")) {
            throw new SQLException("the statement returned rows", "0100E"); // as pgjdbc has it
        }
        return switch (name) {
            case "execute" -> rows;
            case "executeQuery" -> {
                if (!rows) {
                    throw new SQLException("the statement returned no rows", "02000");
                }
                yield prepared.getResultSet();
            }
            case "executeUpdate" -> prepared.getUpdateCount();
            default -> prepared.getLargeUpdateCount();
        };
    }
}
