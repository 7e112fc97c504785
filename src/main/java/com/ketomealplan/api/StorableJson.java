package com.ketomealplan.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Checks JSON that PostgreSQL's {@code jsonb} returns as it was sent: no NUL, which it refuses; no half of a surrogate pair,
 * which has no UTF-8 and would be stored as a question mark; and no number that it would write with more digits than a
 * reader takes.
 */
@Schema(
        description =
                "Any JSON object. It comes back as it was sent. No NUL character, no half of a surrogate pair, no number of over"
                        + " 1000 digits.",
        example = "{\"goal\": \"energy\"}")
@Constraint(validatedBy = StorableJson.Validator.class)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
public @interface StorableJson {
    String message() default
            "must have no NUL character, no half of a surrogate pair, and no number of over 1000 digits";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Checks every name and value. The parser limits the depth. */
    final class Validator implements ConstraintValidator<StorableJson, JsonNode> {

        /** Jackson's limit of the length of a number. */
        private static final int MAX_DIGITS = 1_000;

        @Override
        public boolean isValid(JsonNode value, ConstraintValidatorContext context) {
            return value == null || isStorable(value);
        }

        private static boolean isStorable(JsonNode node) {
            if (node.isContainerNode()) {
                Stream<String> names = node.properties().stream().map(Map.Entry::getKey);
                return names.allMatch(Validator::isText) && node.valueStream().allMatch(Validator::isStorable);
            }
            return node.isTextual() ? isText(node.textValue()) : !node.isNumber() || isShort(node.decimalValue());
        }

        private static boolean isText(String text) {
            return text.codePoints().noneMatch(point -> point == 0 || Character.getType(point) == Character.SURROGATE);
        }

        private static boolean isShort(BigDecimal number) {
            return digits(number) <= MAX_DIGITS;
        }

        /** Returns the number of digits that {@code jsonb} writes, which has no exponents: 0.01 has three. */
        private static long digits(BigDecimal number) {
            long whole = (long) number.precision() - number.scale();
            return Math.max(whole, 1) + Math.max(number.scale(), 0);
        }
    }
}
