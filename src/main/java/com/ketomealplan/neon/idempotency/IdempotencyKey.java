package com.ketomealplan.neon.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key that a client chose, which stands for one request and its repetitions.
 *
 * @param text 1 to 255 visible ASCII characters, or spaces
 */
public record IdempotencyKey(String text) {

    public static final String HEADER = "Idempotency-Key";

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
    public static IdempotencyKey parse(String header) throws InvalidKeyException {
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

    /**
     * What tells the key from the same text in another scope: a digest, in which nothing of key or scope can be read.
     *
     * @param scope whose key it is and for what: the same key of another scope is another key
     */
    byte[] within(List<String> scope) {
        MessageDigest digest = sha256();
        for (String part : scope) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0); // which none of them has
        }
        return digest.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A new SHA-256. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    private static InvalidKeyException tooLong() {
        return new InvalidKeyException("Idempotency-Key must have at most " + LONGEST + " characters.");
    }

    /** The header is not one key. */
    public static final class InvalidKeyException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidKeyException(String message) {
            super(message);
        }
    }
}
