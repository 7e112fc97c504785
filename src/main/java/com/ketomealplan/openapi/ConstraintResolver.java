package com.ketomealplan.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import jakarta.validation.Constraint;
import java.lang.annotation.Annotation;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Extends Swagger's resolver by composed constraints and raw JSON. */
final class ConstraintResolver extends ModelResolver {

    private final Set<Class<?>> records = new LinkedHashSet<>();

    ConstraintResolver(ObjectMapper mapper) {
        super(mapper);
        openapi31(true);
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Swagger's
    public Schema resolve(AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        JavaType java = _mapper.constructType(type.getType());
        if (java.isTypeOrSubTypeOf(JsonNode.class)) {
            Schema<?> object = new JsonSchema();
            object.addType("object");
            object.setAdditionalProperties(new JsonSchema());
            resolveSchemaMembers(object, type);
            return object;
        }
        if (java.getRawClass().isRecord()) {
            records.add(java.getRawClass());
        }
        return super.resolve(type, context, chain);
    }

    /** The schemas that were resolved. */
    Set<Class<?>> records() {
        return records;
    }

    @Override
    @SuppressWarnings("rawtypes") // the signature is Swagger's
    protected boolean applyBeanValidatorAnnotations(
            Schema property, Annotation[] annotations, Schema parent, boolean applyNotNull) {
        describe(property, annotations);
        boolean applied = super.applyBeanValidatorAnnotations(property, withParts(annotations), parent, applyNotNull);
        if (applied && property.getPattern() != null && !property.getPattern().startsWith("^")) {
            property.setPattern("^(?:" + property.getPattern() + ")$"); // Bean Validation means all of the text
        }
        return applied;
    }

    /** The descriptions by constraint. */
    private static void describe(Schema<?> property, Annotation[] annotations) {
        Stream.ofNullable(annotations)
                .flatMap(Stream::of)
                .map(annotation ->
                        annotation.annotationType().getAnnotation(io.swagger.v3.oas.annotations.media.Schema.class))
                .filter(Objects::nonNull)
                .forEach(said -> {
                    if (property.getDescription() == null) {
                        property.setDescription(said.description());
                    }
                    if (property.getExample() == null) {
                        property.setExample(example(said.example()));
                    }
                });
    }

    private static Object example(String text) {
        try {
            return text.startsWith("{") ? new ObjectMapper().readTree(text) : text;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** {@code @EmailAddress} is an {@code @Email} of a size. */
    private static Annotation[] withParts(Annotation[] annotations) {
        if (annotations == null) {
            return null;
        }
        return Stream.of(annotations)
                .flatMap(annotation -> annotation.annotationType().isAnnotationPresent(Constraint.class)
                        ? Stream.concat(
                                Stream.of(annotation),
                                Stream.of(annotation.annotationType().getAnnotations()))
                        : Stream.of(annotation))
                .toArray(Annotation[]::new);
    }
}
