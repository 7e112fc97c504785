package com.ketomealplan.neon.idempotency;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that a client chose, which stands for one request and its repetitions.
 *
 * @param text 1 to 255 visible ASCII characters, or spaces
 */
record IdempotencyKey(String text) {

    static final String HEADER = "Idempotency-Key";

    private static final int LONGEST = 255;

    /** A string of RFC 8941, as the draft has it: quoted, with a backslash before a quote or a backslash. */
    private static final Pattern QUOTED = Pattern.compile("\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])+)\"");

    /** What most clients send: no quotes, and nothing that a structured field would give a meaning to. */
    private static final Pattern BARE = Pattern.compile("[!#-&(-+\\--:<-\\[\\]-~]+");

    /**
     * Reads the header.
     *
     * @throws InvalidKeyException if it is malformed or too long; the message is for the client
     */
    static IdempotencyKey parse(String header) throws InvalidKeyException {
        String value = header.strip();
        if (value.length() > 2 * LONGEST + 2) { // with every character escaped; the pattern below recurses
            throw tooLong();
        }
        Matcher quoted = QUOTED.matcher(value);
        String text;
        if (quoted.matches()) {
            text = quoted.group(1).replaceAll("\\\\(.)", "$1");
        } else if (BARE.matcher(value).matches()) {
            text = value;
        } else {
            throw new InvalidKeyException(
                    "Idempotency-Key must be one string of visible ASCII characters, such as \"8e03978e-40d5-43dd\".");
        }
        if (text.length() > LONGEST) {
            throw tooLong();
        }
        return new IdempotencyKey(text);
    }

    private static InvalidKeyException tooLong() {
        return new InvalidKeyException("Idempotency-Key must have at most " + LONGEST + " characters.");
    }

    static final class InvalidKeyException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidKeyException(String message) {
            super(message);
        }
    }
}
