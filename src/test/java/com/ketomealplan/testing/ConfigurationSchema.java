package com.ketomealplan.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.ketomealplan.neon.url.Secret;
import io.dropwizard.core.Configuration;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import jakarta.validation.constraints.AssertFalse;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Null;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code config.yml} as a JSON Schema, for editors: the settings that are ours, and the names of Dropwizard's. What a property is
 * for is what {@code configuration.md} says; its default is that of the code.
 */
public final class ConfigurationSchema {

    private static final ObjectMapper JSON = Jackson.newObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /** Any setting may be a variable of the environment, which is a text, or empty, which is its default. */
    private static final String VARIABLE = "variable";

    /** The suffixes of {@link Duration}. */
    private static final String DURATION =
            "^\\d+\\s*([num]?s|h|d|(nano|micro|milli)?seconds?|m|mins?|minutes?|hours?|days?)$";

    /** Those of {@link DataSize}, which has bytes without one, and takes no notice of upper case; words are in lower case here. */
    private static final String SIZE = "^\\d+\\s*([KMGTPkmgtp]([Ii]?[Bb])?|[Bb]"
            + "|(kilo|kibi|mega|mebi|giga|gibi|tera|tebi|peta|pebi)?bytes?)?$";

    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private static final SettingsPage PAGE = new SettingsPage();

    private ConfigurationSchema() {}

    /** As it is kept in the repository. */
    public static String text() {
        ObjectNode schema = object();
        schema.put("$schema", "http://json-schema.org/draft-07/schema#");
        schema.put("title", "config.yml");
        schema.put("type", "object");
        schema.putObject("definitions")
                .putObject(VARIABLE)
                .put("description", "A variable of the environment, as ${NAME:-default}, or nothing: the default.")
                .put("pattern", "^\\$\\{.+\\}$")
                .putArray("type")
                .add("string")
                .add("null");
        ObjectNode properties = properties("", SettingTree.ofConfiguration());
        namesOfDropwizard().forEach(name -> properties
                .putObject(name)
                .put("description", PAGE.description(name))
                .put("type", "object"));
        schema.set("properties", properties);
        schema.put("additionalProperties", false);
        try {
            return JSON.writeValueAsString(schema) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> namesOfDropwizard() {
        Set<String> names = new TreeSet<>();
        JSON.getDeserializationConfig().introspect(JSON.constructType(Configuration.class)).findProperties().stream()
                .filter(property -> property.couldDeserialize())
                .forEach(property -> names.add(property.getName()));
        return names;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static ObjectNode properties(String prefix, List<SettingTree.Node> settings) {
        ObjectNode properties = object();
        settings.forEach(setting -> properties.set(setting.name(), schemaOf(prefix + setting.name(), setting)));
        return properties;
    }

    private static ObjectNode schemaOf(String name, SettingTree.Node setting) {
        Field field = setting.field();
        ObjectNode schema = object().put("description", description(name, field));
        if (field.isAnnotationPresent(Null.class)) {
            schema.putObject("not");
            return schema;
        }
        if (!setting.children().isEmpty() && field.getType() != Secret.class) {
            schema.put("type", "object");
            schema.set("properties", properties(name + ".", setting.children()));
            schema.put("additionalProperties", false);
            return schema;
        }
        schema.set("default", defaultOf(name, setting));
        if (field.getType() == Map.class) {
            schema.put("type", "object").putObject("additionalProperties").put("type", "string");
            return schema;
        }
        schema.putArray("anyOf").add(scalar(field)).addObject().put("$ref", "#/definitions/" + VARIABLE);
        return schema;
    }

    /** Of a setting that is accepted with its fixed value, or not at all, it is the message of the start, which has a remedy. */
    private static String description(String name, Field field) {
        if (field.isAnnotationPresent(Null.class)) {
            return field.getAnnotation(Null.class).message();
        }
        if (field.isAnnotationPresent(AssertTrue.class)) {
            return field.getAnnotation(AssertTrue.class).message();
        }
        if (field.isAnnotationPresent(AssertFalse.class)) {
            return field.getAnnotation(AssertFalse.class).message();
        }
        return PAGE.description(name);
    }

    private static JsonNode defaultOf(String name, SettingTree.Node setting) {
        Object value = setting.value();
        if (value == null || value instanceof Secret) {
            return NullNode.getInstance();
        }
        boolean hasUnit = value instanceof Duration || value instanceof DataSize;
        return JSON.valueToTree(hasUnit ? PAGE.defaultValue(name) : value);
    }

    private static ObjectNode scalar(Field field) {
        Class<?> type = field.getType();
        ObjectNode schema = object();
        if (field.isAnnotationPresent(AssertTrue.class)) {
            return schema.put("const", true);
        }
        if (field.isAnnotationPresent(AssertFalse.class)) {
            return schema.put("const", false);
        }
        if (type == Boolean.class) {
            return schema.put("type", "boolean");
        }
        if (type == Integer.class || type == Double.class) {
            return limits(schema.put("type", type == Integer.class ? "integer" : "number"), field);
        }
        if (type == Duration.class) {
            return schema.put("type", "string").put("pattern", DURATION);
        }
        if (type == DataSize.class) {
            return schema.put("type", "string").put("pattern", SIZE);
        }
        if (type.isEnum()) {
            for (Object value : type.getEnumConstants()) {
                String text = JSON.valueToTree(value).asText();
                schema.withArray("enum").add(text);
                if (BOOLEANS.contains(text)) { // what YAML reads without quotes
                    schema.withArray("enum").add(Boolean.parseBoolean(text));
                }
            }
            return schema;
        }
        if (type == List.class) {
            schema.putArray("type").add("string").add("array");
            return schema;
        }
        schema.putArray("type").add("string").add("null");
        return schema;
    }

    private static ObjectNode limits(ObjectNode schema, Field field) {
        if (field.isAnnotationPresent(Min.class)) {
            schema.put("minimum", field.getAnnotation(Min.class).value());
        }
        if (field.isAnnotationPresent(Max.class)) {
            schema.put("maximum", field.getAnnotation(Max.class).value());
        }
        if (field.isAnnotationPresent(DecimalMin.class)) {
            schema.put(
                    "minimum",
                    new BigDecimal(field.getAnnotation(DecimalMin.class).value()));
        }
        if (field.isAnnotationPresent(DecimalMax.class)) {
            schema.put(
                    "maximum",
                    new BigDecimal(field.getAnnotation(DecimalMax.class).value()));
        }
        return schema;
    }
}
