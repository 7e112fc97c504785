package com.ketomealplan.openapi;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Converts names to the forms in the document. */
final class Names {

    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    private Names() {}

    /** {@code service-busy} as {@code ServiceBusy}. */
    static String pascal(String hyphenated) {
        return Pattern.compile("-")
                .splitAsStream(hyphenated.toLowerCase(Locale.ROOT))
                .map(Names::capital)
                .collect(Collectors.joining());
    }

    /** {@code QuizResponse} as {@code quiz-response}. */
    static String hyphenated(String camel) {
        return BETWEEN_WORDS.matcher(camel).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    /** {@code createUser} as {@code Create user}. */
    static String sentence(String camel) {
        return capital(hyphenated(camel).replace('-', ' '));
    }

    private static String capital(String word) {
        return word.isEmpty() ? word : word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
