package com.ketomealplan.neon.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All methods of a result set, but those that a handle changes, are the driver's. */
class ResultSetHandleTest {

    private static final Map<Class<?>, Object> VALUES = Map.of(
            boolean.class,
            true,
            byte.class,
            (byte) 3,
            short.class,
            (short) 4,
            int.class,
            5,
            long.class,
            6L,
            float.class,
            7f,
            double.class,
            8d,
            String.class,
            "text",
            byte[].class,
            new byte[] {9},
            Class.class,
            String.class);

    private final List<Method> called = new ArrayList<>();
    private final List<Object> passed = new ArrayList<>();

    /** Returns what the driver would, of which it is only known that it is the same. */
    private final ResultSet driver = (ResultSet) Proxy.newProxyInstance(
            ResultSet.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (proxy, method, arguments) -> {
                called.add(method);
                passed.addAll(Arrays.asList(arguments == null ? new Object[0] : arguments));
                return VALUES.get(method.getReturnType());
            });

    static Stream<Method> methods() {
        return Stream.of(ResultSet.class.getMethods())
                .filter(method ->
                        !List.of("getStatement", "unwrap", "isWrapperFor").contains(method.getName()));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void isTheDrivers(Method method) throws Exception {
        Object[] arguments =
                Stream.of(method.getParameterTypes()).map(VALUES::get).toArray();

        Object result = method.invoke(new ResultSetHandle(null, null, driver), arguments);

        assertThat(called).containsExactly(method);
        assertThat(passed).containsExactly(arguments);
        assertThat(result).isEqualTo(VALUES.get(method.getReturnType()));
    }
}
