package com.ketomealplan.config;

import io.dropwizard.configuration.ConfigurationException;
import java.util.Collection;
import java.util.List;

/**
 * All mistakes of a configuration file. They are in a file and not in the code, so it has no stack trace, and Dropwizard's
 * commands, which print what they are thrown, print the mistakes alone.
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

    /** There is no file that could be read. */
    static ConfigurationMistakes noFile(String source, String mistake) {
        return new ConfigurationMistakes(source, mistake);
    }

    /** Whether nothing was read, because the command line names no file, or one that is none. */
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
