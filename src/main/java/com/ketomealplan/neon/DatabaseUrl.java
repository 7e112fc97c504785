package com.ketomealplan.neon;

import com.ketomealplan.neon.connect.PhaseTimeouts;
import com.ketomealplan.neon.credentials.CredentialSource;
import com.ketomealplan.neon.credentials.FileCredentials;
import com.ketomealplan.neon.credentials.PasswordFile;
import com.ketomealplan.neon.credentials.UnusableFileException;
import com.ketomealplan.neon.credentials.UrlFile;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.InvalidDatabaseUrlException;
import com.ketomealplan.neon.url.Secret;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import java.util.Optional;

/**
 * The database and its credentials in the {@code database:} block: a URL, or a file with one.
 *
 * @param passwordFile the password file, for a URL without a password
 */
record DatabaseUrl(Optional<Secret> url, Optional<UrlFile> file, PasswordFile passwordFile) {

    private static final String URL = "url";
    private static final String FILE = "urlFile";
    private static final String PASSWORD_FILE = "passwordFile";

    static DatabaseUrl of(String url, String urlFile, String passwordFile) {
        return new DatabaseUrl(
                unlessBlank(url).map(Secret::new),
                unlessBlank(urlFile).map(UrlFile::new),
                unlessBlank(passwordFile)
                        .map(PasswordFile::at)
                        .orElseGet(() -> PasswordFile.standard(System.getenv())));
    }

    private static Optional<String> unlessBlank(String text) {
        return Optional.ofNullable(text).filter(any -> !any.isBlank());
    }

    /** Returns whether there is no URL. */
    boolean isEmpty() {
        return url.isEmpty() && file.isEmpty();
    }

    /** Reports what is wrong with the URL, and with the password file if it needs one. Reads the files. */
    void check(ViolationCollector violations) {
        if (url.isPresent() && file.isPresent()) {
            violations.addViolation(FILE, "is set beside url, and both name a database; leave one of them out");
            return;
        }
        if (isEmpty()) {
            return;
        }
        String setting = file.isPresent() ? FILE : URL;
        try {
            Endpoint endpoint = read();
            endpoint.fileProblems().forEach(problem -> violations.addViolation(setting, problem));
            if (!hasPassword(endpoint)) {
                passwordFile.problems(endpoint).forEach(problem -> violations.addViolation(PASSWORD_FILE, problem));
            }
        } catch (InvalidDatabaseUrlException e) {
            e.problems().forEach(problem -> violations.addViolation(setting, problem));
        } catch (UnusableFileException e) {
            e.problems().forEach(problem -> violations.addViolation(setting, problem));
        }
    }

    private static boolean hasPassword(Endpoint endpoint) {
        return endpoint.password().filter(secret -> !secret.reveal().isEmpty()).isPresent();
    }

    private Endpoint read() throws UnusableFileException {
        return file.isPresent()
                ? file.get().read()
                : Endpoint.parse(url.orElseThrow().reveal());
    }

    /**
     * Returns the current endpoint; there must be a URL.
     *
     * @throws IllegalStateException if its file has become unusable since it was checked
     */
    Endpoint endpoint() {
        try {
            return read();
        } catch (UnusableFileException e) {
            throw new IllegalStateException(FILE + " " + e.getMessage());
        }
    }

    /** Returns the credentials of an endpoint. */
    private CredentialSource credentials(Endpoint endpoint) {
        boolean fixed = file.isEmpty() && hasPassword(endpoint);
        return fixed ? CredentialSource.of(endpoint) : new FileCredentials(endpoint, file, passwordFile);
    }

    /** Opens the database. */
    Database open(boolean pooledEndpoint, PhaseTimeouts timeouts) {
        Endpoint endpoint = endpoint();
        return Database.at(pooledEndpoint ? endpoint.asPooled() : endpoint, credentials(endpoint), timeouts);
    }
}
