package com.ketomealplan.neon.url;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files that a URL names. The driver opens them for a connection, where a problem of one
 * would only be a failed handshake. Their paths are not quoted: any may be a secret in the wrong place.
 */
final class TlsFiles {

    private TlsFiles() {}

    /** Returns the problems of the files that will be used. */
    static List<String> problems(Map<String, String> driverProperties) {
        SslMode mode = SslMode.of(driverProperties.getOrDefault("sslmode", "")).orElse(SslMode.PREFER);
        List<String> problems = new ArrayList<>();
        if (mode.verifiesCertificate()) {
            check(driverProperties, "sslrootcert", true).ifPresent(problems::add);
        }
        if (mode != SslMode.DISABLE) {
            check(driverProperties, "sslcert", true).ifPresent(problems::add);
            check(driverProperties, "sslkey", false).ifPresent(problems::add);
        }
        return problems;
    }

    private static Optional<String> check(Map<String, String> driverProperties, String name, boolean certificate) {
        return Optional.ofNullable(driverProperties.get(name))
                .flatMap(file -> problem(file, certificate))
                .map(problem -> "names a file as " + name + " that " + problem);
    }

    private static Optional<String> problem(String name, boolean certificate) {
        try {
            Path file = Path.of(name);
            if (!Files.exists(file)) {
                return Optional.of("does not exist; write the path of one that does");
            }
            if (Files.isDirectory(file)) {
                return Optional.of("is a directory; name the file in it");
            }
            try (InputStream content = Files.newInputStream(file)) {
                return certificate && isEmpty(content)
                        ? Optional.of("holds no certificate; write the path of a PEM file with BEGIN CERTIFICATE")
                        : Optional.empty();
            }
        } catch (IOException | InvalidPathException e) {
            return Optional.of("cannot be read; may this user read it?");
        }
    }

    private static boolean isEmpty(InputStream content) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(content)
                    .isEmpty();
        } catch (CertificateException e) {
            return true;
        }
    }
}
