package com.ketomealplan.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate authority that only those trust who are given its {@link #rootPem()}. Its keys are P-256, its signatures
 * SHA256withECDSA. The JDK has no public way to sign certificates but its {@code keytool}.
 */
public final class TestAuthority {

    private static final String ROOT = "root";
    private static final String PASSWORD = "password"; // keytool demands one for its store

    private static final TestAuthority SHARED = new TestAuthority();

    private final Path directory;
    private final Path store;
    private final Path rootPem;
    private int issued;

    private TestAuthority() {
        try {
            directory = Files.createTempDirectory("authority");
            directory.toFile().deleteOnExit();
            store = directory.resolve("keys.p12");
            store.toFile().deleteOnExit();
            generate(ROOT, "Test Authority", Validity.VALID, "-ext", "bc:critical=ca:true");
            rootPem = write(ROOT, "CERTIFICATE", load().getCertificate(ROOT).getEncoded());
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
     * @param alternativeNames as keytool takes them, such as {@code dns:localhost} or {@code ip:127.0.0.1}; may be empty
     */
    public ServerCertificate issue(String commonName, List<String> alternativeNames, Validity validity) {
        return make(commonName, alternativeNames, validity, "-signer", ROOT);
    }

    /** A certificate signed by nobody but its owner. */
    public ServerCertificate selfSigned(String commonName, List<String> alternativeNames, Validity validity) {
        return make(commonName, alternativeNames, validity);
    }

    private synchronized ServerCertificate make(
            String commonName, List<String> alternativeNames, Validity validity, String... signer) {
        String alias = "server" + ++issued;
        List<String> options = new ArrayList<>(List.of(signer));
        if (!alternativeNames.isEmpty()) {
            options.addAll(List.of("-ext", "san=" + String.join(",", alternativeNames)));
        }
        try {
            generate(alias, commonName, validity, options.toArray(String[]::new));
            KeyStore keys = load();
            Key key = keys.getKey(alias, PASSWORD.toCharArray());
            Certificate[] chain = keys.getCertificateChain(alias);
            return new ServerCertificate(
                    write(alias, "CERTIFICATE", chain[0].getEncoded()),
                    write(alias, "PRIVATE KEY", key.getEncoded()),
                    context(key, chain));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void generate(String alias, String commonName, Validity validity, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")); // half the work of a start
        command.addAll(List.of("-genkeypair", "-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD, "-alias", alias, "-dname", "CN=" + commonName));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-sigalg", "SHA256withECDSA"));
        command.addAll(List.of("-startdate", validity.start, "-validity", Validity.DAYS));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream input = Files.newInputStream(store)) {
            keys.load(input, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** A temporary file is its owner's alone, as PostgreSQL demands of a key. */
    private Path write(String name, String type, byte[] content) throws IOException {
        Path file = Files.createTempFile(directory, name, ".pem");
        file.toFile().deleteOnExit();
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(type, base64));
    }

    private static SSLContext context(Key key, Certificate[] chain) throws IOException, GeneralSecurityException {
        KeyStore only = KeyStore.getInstance("PKCS12");
        only.load(null, null);
        only.setKeyEntry("server", key, PASSWORD.toCharArray(), chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(only, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** When a certificate counts, seen from now. */
    public enum Validity {
        VALID("-1d"),
        EXPIRED("-60d"),
        NOT_YET_VALID("+1d");

        private static final String DAYS = "30";

        private final String start;

        Validity(String start) {
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
