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
 * A file, which is compressed once.
 *
 * @param gzipped the compressed content
 * @param etag a weak tag, the same for the compressed content
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

    /** Returns the uncompressed content, for clients that do not accept gzip. */
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
