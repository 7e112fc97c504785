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
 * which has no UTF-8 and would be stored as a question mark; no number that it would write with more digits than a
 * reader takes; and no exponents that it would write out to far more than was sent.
 */
@Schema(
        description =
                "Any JSON object. It comes back as it was sent. No NUL character, no half of a surrogate pair, no number of over"
                        + " 1000 digits, and no exponents that stand for over 1048576 digits in all.",
        example = "{\"goal\": \"energy\"}")
@Constraint(validatedBy = StorableJson.Validator.class)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
public @interface StorableJson {
    String message() default
            "must have no NUL character, no half of a surrogate pair, no number of over 1000 digits, and no exponents that"
                    + " stand for over 1048576 digits in all";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Checks every name and value. The parser limits the depth. */
    final class Validator implements ConstraintValidator<StorableJson, JsonNode> {

        /** Jackson's limit of the length of a number. */
        private static final int MAX_DIGITS = 1_000;

        /** As many as the largest body has bytes by default: {@code [1e999,…]} of that size would become 175 MB. */
        private static final int MAX_DIGITS_OF_EXPONENTS = 1 << 20;

        @Override
        public boolean isValid(JsonNode value, ConstraintValidatorContext context) {
            return value == null || isStorable(value) && digitsOfExponents(value) <= MAX_DIGITS_OF_EXPONENTS;
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

        /** Returns how much longer the numbers become where they are written out. */
        private static long digitsOfExponents(JsonNode node) {
            if (node.isContainerNode()) {
                return node.valueStream()
                        .mapToLong(Validator::digitsOfExponents)
                        .sum();
            }
            if (!node.isNumber()) {
                return 0;
            }
            BigDecimal number = node.decimalValue();
            return Math.max(digits(number) - number.toString().length(), 0);
        }
    }
}
