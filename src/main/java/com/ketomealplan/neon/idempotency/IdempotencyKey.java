package com.ketomealplan.neon.idempotency;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key chosen by a client, which identifies one request and its repetitions.
 *
 * @param text 1 to 255 visible ASCII characters, or spaces
 */
public record IdempotencyKey(String text) {

    public static final String HEADER = "Idempotency-Key";

    private static final int MAX_LENGTH = 255;

    /** A string of RFC 8941, as the draft has it: quoted, with a backslash before a quote or a backslash. */
    private static final Pattern QUOTED = Pattern.compile("\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])+)\"");

    /** What most clients send: no quotes, and no characters with a meaning in a structured field. */
    private static final Pattern BARE = Pattern.compile("[!#-&(-+\\--:<-\\[\\]-~]+");

    /**
     * Reads the header.
     *
     * @throws InvalidKeyException if it is malformed or too long; the message is for the client
     */
    public static IdempotencyKey parse(String header) throws InvalidKeyException {
        String value = header.strip();
        if (value.length() > 2 * MAX_LENGTH + 2) { // with every character escaped; the pattern below recurses
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
        if (text.length() > MAX_LENGTH) {
            throw tooLong();
        }
        return new IdempotencyKey(text);
    }

    /**
     * Returns the digest of the key in a scope: the same key in another scope has another digest.
     *
     * @param scope the caller and the operation
     */
    byte[] digestIn(List<String> scope) {
        MessageDigest digest = sha256();
        for (String part : scope) {
            digest.update(part.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0); // a separator, which no part contains
        }
        return digest.digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates a SHA-256 digest. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    private static InvalidKeyException tooLong() {
        return new InvalidKeyException("Idempotency-Key must have at most " + MAX_LENGTH + " characters.");
    }

    /** Thrown if the header is not one valid key. */
    public static final class InvalidKeyException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidKeyException(String message) {
            super(message);
        }
    }
}
