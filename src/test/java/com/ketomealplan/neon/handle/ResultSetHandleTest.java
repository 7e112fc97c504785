package com.ketomealplan.neon.handle;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.testing.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.sql.Connection;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLWarning;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All methods of a result set, but those that a handle changes, are the driver's. */
class ResultSetHandleTest {

    private static final Map<Class<?>, IntFunction<Object>> NUMBERS = Map.of(
            boolean.class, position -> position % 2 == 0,
            byte.class, position -> (byte) position,
            short.class, position -> (short) position,
            int.class, position -> position,
            long.class, position -> (long) position,
            float.class, position -> (float) position,
            double.class, position -> (double) position);

    private static final Map<Class<?>, IntFunction<Object>> CLASSES = Map.ofEntries(
            Map.entry(String.class, position -> "text" + position),
            Map.entry(Object.class, position -> "object" + position),
            Map.entry(Class.class, position -> String.class),
            Map.entry(byte[].class, position -> new byte[] {(byte) position}),
            Map.entry(BigDecimal.class, BigDecimal::valueOf),
            Map.entry(Date.class, Date::new),
            Map.entry(Time.class, Time::new),
            Map.entry(Timestamp.class, Timestamp::new),
            Map.entry(Calendar.class, position -> new GregorianCalendar(2000 + position, 1, 1)),
            Map.entry(InputStream.class, position -> new ByteArrayInputStream(new byte[position])),
            Map.entry(Reader.class, position -> new StringReader("text" + position)),
            Map.entry(SQLWarning.class, position -> new SQLWarning("warning" + position)),
            Map.entry(URL.class, ResultSetHandleTest::url));

    private static final TestDatabase DATABASE = TestDatabase.empty();

    private static final Map<String, Object> OBJECTS = new HashMap<>();

    private static URL url(int position) {
        try {
            return URI.create("http://localhost/" + position).toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        }
    }

    @RegisterExtension
    final TestPools pools = new TestPools();

    private final List<Method> called = new ArrayList<>();
    private final List<Object> passed = new ArrayList<>();

    /** Returns what the driver would, of which it is only known that it is the same. */
    private final ResultSet driver = (ResultSet) Proxy.newProxyInstance(
            ResultSet.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, arguments) -> {
                called.add(method);
                passed.addAll(Arrays.asList(arguments == null ? new Object[0] : arguments));
                return result(method);
            });

    static Stream<Method> methods() {
        return Stream.of(ResultSet.class.getMethods())
                .filter(method ->
                        !List.of("getStatement", "unwrap", "isWrapperFor").contains(method.getName()));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void isTheDrivers(Method method) throws Exception {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = value(method.getParameterTypes()[i], i + 1);
        }

        try (Connection connection = pools.keeping(1, DATABASE.connector()).getConnection()) {
            HandleTransaction inAutoCommit =
                    connection.unwrap(ConnectionHandle.class).transaction();

            Object result = method.invoke(new ResultSetHandle(inAutoCommit, null, driver), arguments);

            assertThat(called).containsExactly(method);
            assertThat(passed).containsExactly(arguments);
            assertThat(result).isEqualTo(result(method));
        }
    }

    private static Object result(Method method) {
        return method.getReturnType() == void.class ? null : value(method.getReturnType(), 0);
    }

    /** Returns another value of the type for each position, and the same one again for the same position. */
    private static Object value(Class<?> type, int position) {
        Object number = NUMBERS.containsKey(type) ? NUMBERS.get(type).apply(position) : null;
        return number != null
                ? number
                : OBJECTS.computeIfAbsent(type.getName() + position, name -> object(type, position));
    }

    private static Object object(Class<?> type, int position) {
        if (type.isInterface()) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "equals" -> proxy == arguments[0];
                        case "hashCode" -> position;
                        default -> type.getSimpleName() + position;
                    });
        }
        return CLASSES.get(type).apply(position);
    }
}
