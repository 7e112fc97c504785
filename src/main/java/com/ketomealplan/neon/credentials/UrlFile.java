package com.ketomealplan.neon.credentials;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.InvalidDatabaseUrlException;

/** A file whose content is the database's URL. Thread-safe. */
public final class UrlFile {

    private final String name;
    private final SecretFile file;

    /**
     * @param name the path
     */
    public UrlFile(String name) {
        this.name = name;
        this.file = new SecretFile(name, false);
    }

    /**
     * Reads the URL, without surrounding whitespace.
     *
     * @throws UnusableFileException if it has no usable URL
     */
    public Endpoint read() throws UnusableFileException {
        if (name.contains("://")) {
            throw new UnusableFileException("is a URL, and not the path of a file; set NEON_DATABASE_URL (url) to it");
        }
        String text = file.read().replaceFirst("^\uFEFF", "").strip(); // the byte order mark of editors on Windows
        if (text.isEmpty()) {
            throw new UnusableFileException("names a file that is empty; write the database's URL into it");
        }
        try {
            return Endpoint.parse(text);
        } catch (InvalidDatabaseUrlException e) {
            throw new UnusableFileException(e.problems().stream()
                    .map(problem -> "names a file whose URL " + problem)
                    .toList());
        }
    }
}
