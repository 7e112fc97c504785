package com.ketomealplan.neon;

import io.dropwizard.configuration.ConfigurationException;
import io.dropwizard.configuration.ConfigurationFactory;
import io.dropwizard.configuration.ConfigurationFactoryFactory;
import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.configuration.ConfigurationValidationException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads a configuration as another factory does, for a service without the embedded database: there a missing URL is a mistake, which
 * {@code check} reports too.
 */
record UrlRequired<T>(ConfigurationFactory<T> factory, Validator validator, Function<T, NeonDataSourceFactory> settings)
        implements ConfigurationFactory<T> {

    static <T> ConfigurationFactoryFactory<T> over(
            ConfigurationFactoryFactory<T> factories, Function<T, NeonDataSourceFactory> settings) {
        return (type, validator, mapper, prefix) ->
                new UrlRequired<>(factories.create(type, validator, mapper, prefix), validator, settings);
    }

    @Override
    public T build(ConfigurationSourceProvider provider, String path) throws IOException, ConfigurationException {
        return validate(factory.build(provider, path), path);
    }

    @Override
    public T build() throws IOException, ConfigurationException {
        return validate(factory.build(), "default configuration");
    }

    /** Validates a configuration, which is valid for a service that may embed its database. */
    private T validate(T configuration, String path) throws ConfigurationValidationException {
        Optional.ofNullable(settings.apply(configuration)).ifPresent(NeonDataSourceFactory::forbidEmbedded);
        Set<ConstraintViolation<T>> violations = validator.validate(configuration);
        if (!violations.isEmpty()) {
            throw new ConfigurationValidationException(path, violations);
        }
        return configuration;
    }
}
