package com.ketomealplan.neon.credentials;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials in files that may change: a file with the URL, and libpq's password file, which is used if the URL has no
 * password. Of the URL only user and password may change. Where a file is not usable any more, the last credentials that it had stay,
 * and the log has one line. Thread-safe.
 */
public final class FileCredentials implements CredentialSource {

    private static final Logger LOG = LoggerFactory.getLogger(FileCredentials.class);

    /** The time after a change in which a file may still be incomplete, because it is written in place. */
    private static final long WRITING_NANOS = 50_000_000;

    private final Endpoint atStart;
    private final Optional<UrlFile> urlFile;
    private final PasswordFile passwordFile;
    private final LoggedProblem aboutUrl = new LoggedProblem("urlFile");
    private final LoggedProblem aboutPassword = new LoggedProblem("passwordFile");
    private Endpoint lastUrl;
    private Credentials last;

    /**
     * @param atStart the endpoint at the start; a URL that is read later must have the same one
     * @param urlFile empty where the URL is no file's
     */
    public FileCredentials(Endpoint atStart, Optional<UrlFile> urlFile, PasswordFile passwordFile) {
        this.atStart = atStart;
        this.urlFile = urlFile;
        this.passwordFile = passwordFile;
        this.lastUrl = atStart;
        this.last = Credentials.in(atStart);
    }

    @Override
    public Credentials current() {
        Endpoint url = urlFile.map(this::read).orElse(atStart);
        Credentials inUrl = Credentials.in(url);
        return remember(inUrl.password().isPresent() ? inUrl : new Credentials(url.user(), passwordFor(url)));
    }

    @Override
    public boolean mayChange() {
        return true;
    }

    private synchronized Credentials remember(Credentials now) {
        last = now;
        return now;
    }

    private Endpoint read(UrlFile file) {
        try {
            return accept(file);
        } catch (UnusableFileException e) {
            if (!aboutUrl.isSame(e)) {
                LockSupport.parkNanos(WRITING_NANOS);
            }
        }
        try {
            return accept(file);
        } catch (UnusableFileException e) {
            aboutUrl.log(e);
            synchronized (this) {
                return lastUrl;
            }
        }
    }

    private Endpoint accept(UrlFile file) throws UnusableFileException {
        Endpoint now = file.read();
        Optional<String> other = atStart.differenceTo(now);
        if (other.isPresent()) {
            throw new UnusableFileException("names a file whose URL now has " + other.get()
                    + " than at the start of the service: restart it for that");
        }
        aboutUrl.settle();
        synchronized (this) {
            lastUrl = now;
        }
        return now;
    }

    /** Returns the password of the file. If the file no longer has one, the previous password is kept: it may have been lost by mistake. */
    private Optional<Secret> passwordFor(Endpoint url) {
        Optional<Secret> before;
        synchronized (this) {
            before = last.user().equals(url.user()) ? last.password() : Optional.empty();
        }
        try {
            Optional<Secret> found = passwordFile.passwordFor(url);
            if (found.isEmpty() && before.isPresent()) {
                throw new UnusableFileException("names a file that no longer has a password for the URL's user");
            }
            aboutPassword.settle();
            return found;
        } catch (UnusableFileException e) {
            aboutPassword.log(e);
            return before;
        }
    }

    /** Logs a problem of a file once, and its end once. */
    private static final class LoggedProblem {

        private final String setting;
        private String open;

        LoggedProblem(String setting) {
            this.setting = setting;
        }

        synchronized boolean isSame(UnusableFileException problem) {
            return problem.getMessage().equals(open);
        }

        synchronized void log(UnusableFileException problem) {
            if (!Objects.equals(open, problem.getMessage())) {
                open = problem.getMessage();
                LOG.warn("{} {}; log-ins keep the previous user and password", setting, open);
            }
        }

        synchronized void settle() {
            if (open != null) {
                open = null;
                LOG.info("{} names a usable file again", setting);
            }
        }
    }
}
