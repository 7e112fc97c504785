package com.ketomealplan.api;

import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Rejects a text with invisible characters, bidirectional controls, private-use or unassigned characters, or characters that NFKC would
 * replace, such as full-width letters: two addresses that look the same would be two users. Look-alike letters of different
 * scripts are not detected.
 */
public final class HonestTextValidator implements ConstraintValidator<EmailAddress, String> {

    private static final Set<Integer> REFUSED = Set.of(
            (int) Character.CONTROL,
            (int) Character.FORMAT,
            (int) Character.PRIVATE_USE,
            (int) Character.SURROGATE,
            (int) Character.UNASSIGNED,
            (int) Character.LINE_SEPARATOR,
            (int) Character.PARAGRAPH_SEPARATOR);

    @Override
    public boolean isValid(String text, ConstraintValidatorContext context) {
        if (text == null) {
            return true;
        }
        OptionalInt odd =
                text.codePoints().filter(HonestTextValidator::isRefused).findFirst();
        if (odd.isPresent()) {
            return refuse(context, "U+%04X does not show, or has a plainer form".formatted(odd.getAsInt()));
        }
        return Normalizer.isNormalized(text, Form.NFKC) || refuse(context, "it is not in the form NFKC of Unicode");
    }

    private static boolean refuse(ConstraintValidatorContext context, String why) {
        context.disableDefaultConstraintViolation();
        context.buildConstraintViolationWithTemplate(context.getDefaultConstraintMessageTemplate() + ": " + why)
                .addConstraintViolation();
        return false;
    }

    private static boolean isRefused(int character) {
        return REFUSED.contains(Character.getType(character))
                || isBlank(character)
                || !Normalizer.isNormalized(Character.toString(character), Form.NFKC);
    }

    /** Invisible characters of other types; most are Default_Ignorable_Code_Point, which the JDK does not support. */
    private static boolean isBlank(int character) {
        return Character.getType(character) == Character.SPACE_SEPARATOR && character != ' '
                || character == 0x034F // joins graphemes
                || character == 0x115F // fills a syllable, as the next
                || character == 0x1160
                || character == 0x17B4 // a vowel that is not written, as the next
                || character == 0x17B5
                || character == 0x2800 // Braille without a dot
                || character >= 0x180B && character <= 0x180F // selectors of variations, as the next two
                || character >= 0xFE00 && character <= 0xFE0F
                || character >= 0xE0100 && character <= 0xE01EF;
    }
}
