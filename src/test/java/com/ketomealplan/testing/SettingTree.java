package com.ketomealplan.testing;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.ketomealplan.KetoMealPlanConfiguration;
import com.ketomealplan.neon.Setting;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The settings of {@code config.yml} that are ours, as the code has them. */
public final class SettingTree {

    private SettingTree() {}

    /**
     * A setting, or a block of them.
     *
     * @param field where its value is kept; what is set by a method is kept in a field of the same name
     * @param value its default
     */
    public record Node(String name, Field field, Object value) {

        /** Those of a block, by their names; empty of what is no block. */
        public List<Node> children() {
            return value == null ? List.of() : of(value);
        }

        /** What a configuration has in its place. */
        public Object valueIn(Object holder) {
            return read(field, holder);
        }
    }

    /** Those that stand at the top. */
    public static List<Node> ofConfiguration() {
        return of(new KetoMealPlanConfiguration());
    }

    private static List<Node> of(Object holder) {
        return fields(holder.getClass()).stream()
                .map(field -> new Node(field.getName(), field, read(field, holder)))
                .sorted(Comparator.comparing(Node::name))
                .toList();
    }

    private static List<Field> fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        if (!type.getName().startsWith("com.ketomealplan")) {
            return fields;
        }
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                fields.add(field(type, component.getName()));
            }
            return fields;
        }
        for (Class<?> in = type; in.getName().startsWith("com.ketomealplan"); in = in.getSuperclass()) {
            Class<?> declaring = in;
            Stream.of(in.getDeclaredFields())
                    .filter(field -> field.isAnnotationPresent(Setting.class))
                    .forEach(fields::add);
            Stream.of(in.getDeclaredMethods())
                    .flatMap(method -> nameOf(method).stream())
                    .forEach(name -> fields.add(field(declaring, name)));
        }
        fields.removeIf(field -> Modifier.isStatic(field.getModifiers()));
        return fields;
    }

    private static Optional<String> nameOf(Method setter) {
        return Optional.ofNullable(setter.getAnnotation(JsonSetter.class)).map(JsonSetter::value);
    }

    private static Field field(Class<?> type, String name) {
        try {
            return type.getDeclaredField(name);
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static Object read(Field field, Object holder) {
        try {
            field.setAccessible(true);
            return field.get(holder);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
