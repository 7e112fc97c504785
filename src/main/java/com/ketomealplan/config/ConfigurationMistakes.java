package com.ketomealplan.config;

import io.dropwizard.configuration.ConfigurationException;
import java.util.Collection;

/**
 * All mistakes of a configuration file. They are in a file and not in the code, so it has no stack trace, and Dropwizard's
 * commands, which print what they are thrown, print the mistakes alone.
 */
public final class ConfigurationMistakes extends ConfigurationException {

    private static final long serialVersionUID = 1L;

    /**
     * @param path the file
     * @param mistakes each with the field, what is wrong, and what to write instead
     */
    ConfigurationMistakes(String path, Collection<String> mistakes) {
        super(path, mistakes);
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
