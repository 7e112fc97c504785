package com.ketomealplan.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority that only those trust who are given its {@link #rootPem()}. Its keys are P-256, its signatures
 * SHA256withECDSA. The JDK has no public way to sign certificates, and a process of its {@code keytool} takes seconds where the machine is
 * busy.
 */
public final class TestAuthority {

    private static final String PASSWORD = "password"; // a PKCS#12 store demands one

    private static final TestAuthority SHARED = new TestAuthority();

    private final Path directory;
    private final Issued root;
    private final Path rootPem;

    /** A certificate with its key. */
    private record Issued(X509Certificate certificate, KeyPair keys) {}

    private TestAuthority() {
        try {
            directory = Files.createTempDirectory("authority");
            directory.toFile().deleteOnExit();
            root = certificate("Test Authority", null, Validity.VALID, null);
            rootPem = write("CERTIFICATE", root.certificate().getEncoded());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The one of this JVM, made at the first use. */
    public static TestAuthority shared() {
        return SHARED;
    }

    /** The authority's own certificate, for {@code sslrootcert}. */
    public Path rootPem() {
        return rootPem;
    }

    /**
     * A certificate signed by this authority.
     *
     * @param alternativeNames such as {@code dns:localhost} or {@code ip:127.0.0.1}; may be empty
     */
    public ServerCertificate issue(String commonName, List<String> alternativeNames, Validity validity) {
        return make(commonName, alternativeNames, validity, root);
    }

    /** A certificate signed by nobody but its owner. */
    public ServerCertificate selfSigned(String commonName, List<String> alternativeNames, Validity validity) {
        return make(commonName, alternativeNames, validity, null);
    }

    private ServerCertificate make(String commonName, List<String> alternativeNames, Validity validity, Issued signer) {
        GeneralName[] names = alternativeNames.stream()
                .map(name -> name.split(":", 2))
                .map(parts ->
                        new GeneralName(parts[0].equals("ip") ? GeneralName.iPAddress : GeneralName.dNSName, parts[1]))
                .toArray(GeneralName[]::new);
        try {
            Issued issued = certificate(commonName, new GeneralNames(names), validity, signer);
            return new ServerCertificate(
                    write("CERTIFICATE", issued.certificate().getEncoded()),
                    write("PRIVATE KEY", issued.keys().getPrivate().getEncoded()),
                    context(issued, signer));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** That of an authority has no alternative names, and one that nobody else has signed is signed by itself. */
    private static Issued certificate(
            String commonName, GeneralNames alternativeNames, Validity validity, Issued signer)
            throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        X500Principal name = new X500Principal("CN=" + commonName);
        Instant from = Instant.now().plus(validity.start);
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                signer == null ? name : signer.certificate().getSubjectX500Principal(),
                new BigInteger(64, new SecureRandom()).setBit(0),
                Date.from(from),
                Date.from(from.plus(Validity.LENGTH)),
                name,
                keys.getPublic());
        if (alternativeNames == null) {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
        } else if (alternativeNames.getNames().length > 0) {
            builder.addExtension(Extension.subjectAlternativeName, false, alternativeNames);
        }
        KeyPair signing = signer == null ? keys : signer.keys();
        try {
            return new Issued(
                    new JcaX509CertificateConverter()
                            .getCertificate(builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(signing.getPrivate()))),
                    keys);
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /** A temporary file is its owner's alone, as PostgreSQL demands of a key. */
    private Path write(String type, byte[] content) throws IOException {
        Path file = Files.createTempFile(directory, "certificate", ".pem");
        file.toFile().deleteOnExit();
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(type, base64));
    }

    private static SSLContext context(Issued issued, Issued signer) throws IOException, GeneralSecurityException {
        Certificate[] chain = signer == null
                ? new Certificate[] {issued.certificate()}
                : new Certificate[] {issued.certificate(), signer.certificate()};
        KeyStore only = KeyStore.getInstance("PKCS12");
        only.load(null, null);
        only.setKeyEntry("server", issued.keys().getPrivate(), PASSWORD.toCharArray(), chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(only, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** When a certificate counts, seen from now. */
    public enum Validity {
        VALID(Duration.ofDays(-1)),
        EXPIRED(Duration.ofDays(-60)),
        NOT_YET_VALID(Duration.ofDays(1));

        private static final Duration LENGTH = Duration.ofDays(30);

        private final Duration start;

        Validity(Duration start) {
            this.start = start;
        }
    }

    /**
     * What a server shows, and what it proves it by.
     *
     * @param keyPem PKCS#8, not encrypted
     * @param serverContext the same two, for a TLS server inside the test's JVM
     */
    public record ServerCertificate(Path certificatePem, Path keyPem, SSLContext serverContext) {}
}
