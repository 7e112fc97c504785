package com.ketomealplan.neon.transaction;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/** Invokes methods by reflection, and throws the exceptions of the methods themselves. */
public final class Reflection {

    private Reflection() {}

    /**
     * Calls a method.
     *
     * @throws Exception what the method throws, not wrapped
     */
    public static Object invoke(Object target, Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof Exception thrown ? thrown : e;
        }
    }
}
