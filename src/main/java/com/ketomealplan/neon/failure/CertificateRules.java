package com.ketomealplan.neon.failure;

import com.ketomealplan.neon.failure.FailureRules.Classification;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.BadPaddingException;

/** Explains why a server's certificate was refused, by the field (RFC 5280) that failed, or that the client's own key is of no use. */
final class CertificateRules {

    /** The message of pgjdbc, which checks the host name itself, after the handshake. */
    private static final Pattern WRONG_NAME = Pattern.compile("could not be verified by hostnameverifier|"
            + DriverText.translated("The hostname {0} could not be verified by hostnameverifier {1}.", ".*", ".*"));

    /** The messages of pgjdbc about the client's own, which may have the same causes as a refusal of the server's. */
    private static final Pattern CLIENT_KEY = Pattern.compile(Stream.concat(
                    Stream.of(
                                    "Could not decrypt SSL key file {0}.",
                                    "Could not read SSL key file {0}.",
                                    "Could not open SSL certificate file {0}.",
                                    "Loading the SSL certificate {0} into a KeyManager failed.",
                                    "Could not find a java cryptographic algorithm: {0}.",
                                    "Could not find a java cryptographic algorithm: X.509 CertificateFactory not available.")
                            .map(text -> DriverText.translated(text, ".*")),
                    Stream.of("Could not load the private key", "Could not load cert chain")) // not translated
            .collect(Collectors.joining("|")));

    private CertificateRules() {}

    /** Returns the classification; empty if neither the certificate nor the key was the cause. */
    static Optional<Classification> classify(Throwable failure) {
        if (CLIENT_KEY.matcher(textOf(failure)).find()) {
            return Optional.of(new Classification(
                    FailureKind.MISCONFIGURED,
                    Optional.of("this client cannot present its own: check sslcert, sslkey and sslpassword")));
        }
        if (Failure.find(failure, CertificateExpiredException.class).isPresent()) {
            return refused("notAfter", "it has expired; the server needs a new one (or this machine's clock is wrong)");
        }
        if (Failure.find(failure, CertificateNotYetValidException.class).isPresent()) {
            return refused("notBefore", "it is not valid yet; is this machine's clock right?");
        }
        if (Failure.find(failure, CertificateRevokedException.class).isPresent()) {
            return refused("serialNumber", "it has been revoked; the server needs a new one");
        }
        if (WRONG_NAME.matcher(textOf(failure)).find()) {
            return refused("subjectAltName", "it is for another host; write the host that it names into the URL");
        }
        if (Failure.find(failure, CertPathBuilderException.class).isPresent()
                || Failure.find(failure, CertPathValidatorException.class).isPresent()) {
            return refused(
                    "issuer",
                    "it is not signed by a trusted authority; write sslrootcert=FILE for an authority of your own");
        }
        return Failure.find(failure, GeneralSecurityException.class)
                .filter(other -> !(other instanceof BadPaddingException)) // of a record that was damaged on its way
                .flatMap(other -> refused("signature", "it cannot be verified"));
    }

    private static Optional<Classification> refused(String field, String reason) {
        return Optional.of(new Classification(
                FailureKind.MISCONFIGURED,
                Optional.of("the server's certificate is refused (" + field + "): " + reason)));
    }

    private static String textOf(Throwable failure) {
        return Optional.ofNullable(failure.getMessage()).map(Wording::inOneLine).orElse("");
    }
}
