package com.ketomealplan.docs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A file as it is sent: compressed once, not for each who asks.
 *
 * @param gzipped all of it
 * @param etag weak, for it is the same whether it is sent compressed or not
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Content(byte[] gzipped, String etag) {

    static Content of(byte[] bytes) throws IOException {
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream(bytes.length / 3 + 64);
        try (GZIPOutputStream gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(bytes);
        }
        return new Content(gzipped.toByteArray(), "W/\"" + HexFormat.of().formatHex(sha256(bytes), 0, 16) + "\"");
    }

    /** Uncompressed, for who does not say that gzip will do. */
    InputStream plain() throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(gzipped));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }
}
