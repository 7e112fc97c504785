package com.ketomealplan.http;

import io.dropwizard.core.Configuration;
import io.dropwizard.core.ConfiguredBundle;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.errors.EarlyEofExceptionMapper;
import io.dropwizard.jersey.errors.EofExceptionWriterInterceptor;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.stream.Stream;

/** Gives every request an id, every error the form of RFC 9457, every answer its headers, and JSON its strict reading. */
public final class ProblemBundle implements ConfiguredBundle<Configuration> {

    @Override
    public void initialize(Bootstrap<?> bootstrap) {
        StrictJson.configure(bootstrap.getObjectMapper());
    }

    @Override
    public void run(Configuration configuration, Environment environment) {
        if (configuration.getServerFactory() instanceof AbstractServerFactory server) {
            server.setRegisterDefaultExceptionMappers(false);
        }
        JerseyEnvironment jersey = environment.jersey();
        jersey.register(new ProblemMappers.OfWebApplication());
        jersey.register(new ProblemMappers.OfParameter());
        jersey.register(new ProblemMappers.OfValidation());
        jersey.register(new ProblemMappers.OfJson());
        jersey.register(new ProblemMappers.OfAnything());
        jersey.register(new OneContentType());
        jersey.register(EarlyEofExceptionMapper.class);
        jersey.register(EofExceptionWriterInterceptor.class);

        RequestId requestId = new RequestId();
        CarefulHeaders careful = new CarefulHeaders();
        Stream.of(environment.servlets(), environment.admin())
                .flatMap(port ->
                        Stream.of(port.addFilter("request-id", requestId), port.addFilter("careful-headers", careful)))
                .forEach(filter -> filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*"));
        environment.lifecycle().addServerLifecycleListener(server -> server.setErrorHandler(new ProblemErrorHandler()));
    }
}
