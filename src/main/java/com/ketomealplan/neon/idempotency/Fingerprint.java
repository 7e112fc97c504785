package com.ketomealplan.neon.idempotency;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells a request from another one with the same key: a hash of its method, its URI and the bytes of its body. */
final class Fingerprint extends FilterInputStream {

    private final MessageDigest digest;

    private Fingerprint(InputStream body, MessageDigest digest) {
        super(new DigestInputStream(body, digest));
        this.digest = digest;
    }

    /** Reads along with whoever reads the body. */
    static Fingerprint of(ContainerRequestContext request) {
        MessageDigest digest = sha256();
        String line =
                request.getMethod() + " " + request.getUriInfo().getRequestUri().getRawPath() + "?"
                        + request.getUriInfo().getRequestUri().getRawQuery() + "\n";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
        Fingerprint fingerprint = new Fingerprint(request.getEntityStream(), digest);
        request.setEntityStream(fingerprint);
        return fingerprint;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    /** Once, when the body has been read: what its reader left is read now. */
    byte[] value() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
        return digest.digest();
    }

    /** The reader of the body may close it; what is left of it still counts. */
    @Override
    public void close() {}
}
