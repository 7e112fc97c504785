package com.ketomealplan.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.ketomealplan.config.ConfigurationMistakes;
import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/**
 * {@code train}: starts the service, sends it requests, stops it, and keeps the cache that its JVM has written beside the jar. It uses a
 * database of its own, which is deleted, or the one that {@code TRAINING_DATABASE_URL} names.
 */
public final class TrainCommand extends Command {

    private static final int ROUNDS = 60;

    /** Variables with options of each JVM that is started. */
    private static final List<String> OPTIONS = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    /** An option that sets {@code database.url}, or names a file that may. */
    private static final Pattern OVERRIDE = Pattern.compile("-Ddw\\.database|-XX:VMOptionsFile|(^|[\\s\"'])@");

    private static final String LAUNCHER = "keto-meal-plan-api";

    private static final String GIVEN = "\\$\\{NEON_DATABASE_URL(:-[^}]*)?}";

    private final PrintStream out;
    private final Map<String, String> environment;

    /**
     * @param out the stream for progress messages
     * @param environment the environment of the process
     */
    public TrainCommand(PrintStream out, Map<String, String> environment) {
        super(
                "train",
                "Make the next starts faster: run the service for some requests, and keep what the JVM has learned");
        this.out = out;
        this.environment = environment;
    }

    @Override
    public void configure(Subparser parser) {
        parser.help(getDescription());
        parser.addArgument("--jar").help("another jar of this service to train; the cache is left beside it");
        parser.addArgument("--rounds")
                .type(Integer.class)
                .choices(Arguments.range(1, 10_000))
                .setDefault(ROUNDS)
                .help(
                        "of some 200 requests each, %d by default; fewer leave a service that starts as fast and is warm later"
                                .formatted(ROUNDS));
        parser.addArgument("file")
                .help(
                        "the service's configuration, with NEON_DATABASE_URL, PORT and ADMIN_PORT as its database and ports");
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws Exception {
        Cache cache =
                new Cache(jar(arguments.getString("jar")), Runtime.version().feature());
        if (!ProcessHandle.current().supportsNormalTermination()) {
            throw new TrainingException(
                    "train: a JVM of this operating system cannot be stopped so that it writes a cache");
        }
        String jdk = System.getProperty("java.runtime.version");
        String note = Cache.noteOf(cache.jar(), jdk);
        out.println("Training " + cache.jar() + " on JDK " + jdk);
        requireTrainingDatabase(arguments.getString("file"));
        cache.discardDraft();
        try (CleanUp cleanUp = CleanUp.begin()) {
            cleanUp.open(() -> cache, Cache::discardDraft);
            TrainingDatabase database = cleanUp.open(
                    () -> TrainingDatabase.open(environment.get(TrainingDatabase.VARIABLE)), TrainingDatabase::close);
            TrainedProcess service = cleanUp.open(
                    () -> TrainedProcess.start(cache, arguments.getString("file"), database.url()),
                    TrainedProcess::kill);
            int requests = new Workload(service.applicationPort(), service.adminPort(), service.adminToken())
                    .run(service, arguments.getInt("rounds"));
            out.println(requests + " requests answered; writing " + cache.file());
            service.stop();
            requireUnchanged(cache, jdk, note);
            cleanUp.keep(() -> cache.publish(note)); // not if a signal has ended the service
        }
        out.println("%s: %d MiB".formatted(cache.file(), Files.size(cache.file()) >> 20));
    }

    /** Throws if the service would use another database than it is given: it writes to it, and migrates it. */
    private void requireTrainingDatabase(String file) throws TrainingException, ConfigurationMistakes {
        String url;
        try {
            url = new YAMLMapper().readTree(new File(file)).at("/database/url").asText();
        } catch (JsonProcessingException e) {
            throw new TrainingException("train: %s cannot be read as YAML".formatted(file));
        } catch (IOException e) {
            throw ConfigurationMistakes.unreadable(file);
        }
        if (!url.matches(GIVEN)) {
            throw new TrainingException(
                    "train: database.url of %s is not ${NEON_DATABASE_URL}: the service would write to a database that is not for training"
                            .formatted(file));
        }
        for (String variable : OPTIONS) {
            if (OVERRIDE.matcher(environment.getOrDefault(variable, "")).find()) {
                throw new TrainingException(
                        "train: %s may set database.url; leave -Ddw.database.url and files of options out of it"
                                .formatted(variable));
            }
        }
    }

    /** Throws if the jar was built again meanwhile: the cache would have the classes of the old one. */
    private static void requireUnchanged(Cache cache, String jdk, String note) throws IOException, TrainingException {
        if (!Cache.noteOf(cache.jar(), jdk).equals(note)) {
            throw new TrainingException("train: " + cache.jar() + " has changed meanwhile; train again");
        }
    }

    private static Path jar(String name)
            throws IOException, URISyntaxException, TrainingException, ConfigurationMistakes {
        Path path = name != null ? Path.of(name) : ownJar();
        if (!Files.exists(path)) {
            throw ConfigurationMistakes.unreadable(path.toString());
        }
        if (!Files.isRegularFile(path)) {
            throw new TrainingException("train: " + path + " is no jar; a JVM makes no cache of single classes");
        }
        Path absolute = path.toAbsolutePath();
        boolean launched = Files.isRegularFile(absolute.resolveSibling(LAUNCHER), LinkOption.NOFOLLOW_LINKS);
        // Of a link to the jar, the launcher beside it knows the name only; a link to the launcher it follows itself
        return launched ? absolute.getParent().toRealPath().resolve(absolute.getFileName()) : absolute.toRealPath();
    }

    /** Returns the jar as the command line names it; else the directory of the classes. */
    private static Path ownJar() throws URISyntaxException {
        Path named = Path.of(System.getProperty("java.class.path").split(File.pathSeparator, 2)[0]);
        return Files.isRegularFile(named)
                ? named
                : Path.of(TrainCommand.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI());
    }
}
