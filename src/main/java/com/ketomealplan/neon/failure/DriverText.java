package com.ketomealplan.neon.failure;

import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.postgresql.util.GT;

/**
 * The texts of pgjdbc's own, which it translates into the language that the JVM has when the first one is needed, and which is then
 * kept. Those of a server are in the language of its {@code lc_messages}, and of them only English is known; Neon's are English.
 */
final class DriverText {

    private DriverText() {}

    /**
     * Returns the regular expression of a text as the driver writes it in this JVM.
     *
     * @param text the driver's, in English
     * @param arguments the regular expressions of what it writes for {@code {0}}, {@code {1}} and so on
     */
    static String translated(String text, String... arguments) {
        Object[] marks = IntStream.range(0, arguments.length)
                .mapToObj(i -> "\0" + i + "\0") // which no text has
                .toArray();
        String regex = Pattern.quote(Wording.inOneLine(GT.tr(text, marks)));
        for (int i = 0; i < arguments.length; i++) {
            regex = regex.replace(marks[i].toString(), "\\E" + arguments[i] + "\\Q");
        }
        return regex;
    }
}
