package com.ketomealplan.config;

import io.dropwizard.configuration.ConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/**
 * Thrown for all mistakes of a configuration file. There is no stack trace, so that Dropwizard's commands print only the
 * mistakes.
 */
public final class ConfigurationMistakes extends ConfigurationException {

    private static final long serialVersionUID = 1L;

    private final String ofTheCommandLine;

    /**
     * @param path the file
     * @param mistakes each with the field, what is wrong, and what to write instead
     */
    ConfigurationMistakes(String path, Collection<String> mistakes) {
        super(path, mistakes);
        ofTheCommandLine = null;
    }

    private ConfigurationMistakes(String source, String mistake) {
        super(source, List.of(mistake));
        ofTheCommandLine = source + " " + mistake;
    }

    /** Creates the exception for a file that cannot be read, with the reason. */
    public static ConfigurationMistakes unreadable(String path) {
        Path file = Path.of(path);
        if (Files.isDirectory(file)) {
            return noFile(path, "is a directory; name the file in it");
        }
        return noFile(
                path,
                Files.exists(file)
                        ? "cannot be read; may this user read it?"
                        : "cannot be read, because it does not exist; is the path right?");
    }

    /** Creates the exception for a command line that names no file that can be read. */
    static ConfigurationMistakes noFile(String source, String mistake) {
        return new ConfigurationMistakes(source, mistake);
    }

    /** Returns whether no file could be read. */
    public boolean isOfTheCommandLine() {
        return ofTheCommandLine != null;
    }

    @Override
    public String getMessage() {
        return isOfTheCommandLine() ? ofTheCommandLine : super.getMessage();
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
