package com.ketomealplan.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedClassResolver;
import com.fasterxml.jackson.databind.jsontype.TypeIdResolver;
import com.fasterxml.jackson.databind.util.EnumValues;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.Duration;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Records a value that cannot be parsed and lets Jackson continue, so that all mistakes are found at once. Values are
 * not quoted: any of them may be a secret in the wrong place.
 */
final class CollectingProblemHandler extends DeserializationProblemHandler {

    private final Mistakes mistakes;

    CollectingProblemHandler(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    @Override
    public boolean handleUnknownProperty(
            DeserializationContext context,
            JsonParser parser,
            JsonDeserializer<?> deserializer,
            Object beanOrClass,
            String propertyName)
            throws IOException {
        Collection<Object> known = deserializer == null ? null : deserializer.getKnownPropertyNames();
        mistakes.unreadable(
                field(parser),
                "is not a setting"
                        + nearest(known == null ? List.of() : known, propertyName)
                                .map(name -> "; did you mean " + name + "?")
                                .orElse("; leave it out"));
        parser.skipChildren();
        return true;
    }

    private static Optional<String> nearest(Collection<Object> known, String name) {
        LevenshteinDistance distance = new LevenshteinDistance(Math.min(4, name.length() / 2));
        return known.stream()
                .map(Object::toString)
                .filter(candidate -> distance.apply(candidate, name) >= 0)
                .min(Comparator.comparing(candidate -> distance.apply(candidate, name)));
    }

    @Override
    public Object handleWeirdStringValue(
            DeserializationContext context, Class<?> targetType, String value, String failure) {
        return note(context, targetType);
    }

    @Override
    public Object handleWeirdNumberValue(
            DeserializationContext context, Class<?> targetType, Number value, String failure) {
        return note(context, targetType);
    }

    @Override
    public Object handleInstantiationProblem(
            DeserializationContext context, Class<?> targetType, Object argument, Throwable cause) {
        return note(context, targetType);
    }

    @Override
    public Object handleUnexpectedToken(
            DeserializationContext context, JavaType targetType, JsonToken token, JsonParser parser, String failure)
            throws IOException {
        note(context, targetType.getRawClass());
        parser.skipChildren();
        return null;
    }

    @Override
    public Object handleMissingInstantiator(
            DeserializationContext context,
            Class<?> targetType,
            ValueInstantiator instantiator,
            JsonParser parser,
            String message)
            throws IOException {
        note(context, targetType);
        parser.skipChildren();
        return null;
    }

    @Override
    public JavaType handleUnknownTypeId(
            DeserializationContext context, JavaType baseType, String typeId, TypeIdResolver resolver, String failure) {
        mistakes.unreadable(field(context.getParser()), "has a type that does not exist");
        return context.constructType(Void.class);
    }

    /** Returns null in place of the value, and so its default. */
    private Object note(DeserializationContext context, Class<?> targetType) {
        mistakes.unreadable(field(context.getParser()), expected(context, targetType));
        return null;
    }

    private static String expected(DeserializationContext context, Class<?> type) {
        if (type.isEnum()) {
            AnnotatedClass annotated = AnnotatedClassResolver.resolve(
                    context.getConfig(), context.constructType(type), context.getConfig());
            return "must be one of "
                    + EnumValues.constructFromName(context.getConfig(), annotated).values().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        }
        if (type == boolean.class || type == Boolean.class) {
            return "must be true or false";
        }
        if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
            return "must be a number";
        }
        if (type == Duration.class) {
            return "must be a duration, such as 500ms, 30s, 5m or 1h";
        }
        if (type == DataSize.class) {
            return "must be a size, such as 8KiB or 1MiB";
        }
        return type == String.class ? "must be one text" : "must be a block of settings, indented below";
    }

    private static String field(JsonParser parser) {
        return Mistakes.field(parser.getParsingContext().pathAsPointer());
    }
}
