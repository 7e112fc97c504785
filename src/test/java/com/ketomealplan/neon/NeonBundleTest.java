package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.configuration.ConfigurationValidationException;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.CheckCommand;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.cli.ServerCommand;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.util.JarLocation;
import jakarta.validation.Valid;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service gets that has only the bundle, and Dropwizard's own command line. */
class NeonBundleTest {

    @TempDir
    Path directory;

    public static final class Settings extends Configuration {
        @Valid @JsonProperty
        NeonDataSourceFactory database = NeonDataSourceFactory.withDefaults();
    }

    public static final class Bare extends Application<Settings> {

        @Override
        public void initialize(Bootstrap<Settings> bootstrap) {
            bootstrap.addBundle(new NeonBundle<Settings>(settings -> settings.database).withoutEmbeddedDatabase());
        }

        @Override
        public void run(Settings settings, Environment environment) {}
    }

    /** Runs a command as Dropwizard does, but for the end of the process. */
    private static Optional<Throwable> run(String... arguments) {
        Bare application = new Bare();
        Bootstrap<Settings> bootstrap = new Bootstrap<>(application);
        bootstrap.addCommand(new ServerCommand<>(application));
        bootstrap.addCommand(new CheckCommand<>(application));
        application.initialize(bootstrap);
        OutputStream nowhere = OutputStream.nullOutputStream();
        return new Cli(new JarLocation(Bare.class), bootstrap, nowhere, nowhere).run(arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "server", "db status"})
    void withoutEmbeddedDatabaseAMissingUrlIsAMistakeOfTheConfiguration(String command) throws Exception {
        String file = Files.writeString(directory.resolve("config.yml"), "server: {type: simple}\n")
                .toString();

        assertThat(run(Stream.concat(Stream.of(command.split(" ")), Stream.of(file))
                        .toArray(String[]::new)))
                .get()
                .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                .isInstanceOf(ConfigurationValidationException.class)
                .hasMessageContaining(file)
                .hasMessageContaining(
                        "database.url is missing, and this service starts no database of its own; set it to a URL");
    }
}
