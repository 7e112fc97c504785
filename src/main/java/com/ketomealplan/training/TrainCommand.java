package com.ketomealplan.training;

import io.dropwizard.core.cli.Command;
import io.dropwizard.core.setup.Bootstrap;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/**
 * {@code train}: starts the service, asks it what services are asked, stops it, and keeps what its JVM has learnt beside the jar. It runs
 * on a database of its own, so that nothing of it stays; or on the one that {@code TRAINING_DATABASE_URL} names.
 */
public final class TrainCommand extends Command {

    private static final int ROUNDS = 60;

    private final PrintStream out;
    private final Map<String, String> environment;

    /**
     * @param out for what it does
     * @param environment the process's
     */
    public TrainCommand(PrintStream out, Map<String, String> environment) {
        super(
                "train",
                "Make the next starts faster: run the service for some requests, and keep what the JVM has learnt");
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
        parser.addArgument("file").help("the service's configuration, whose ports are from PORT and ADMIN_PORT");
    }

    @Override
    public void run(Bootstrap<?> bootstrap, Namespace arguments) throws Exception {
        Cache cache =
                new Cache(jar(arguments.getString("jar")), Runtime.version().feature());
        if (!ProcessHandle.current().supportsNormalTermination()) {
            throw new TrainingException("train: a JVM of this operating system cannot be told to end and to write");
        }
        String jdk = System.getProperty("java.runtime.version");
        String note = Cache.noteOf(cache.jar(), jdk);
        out.println("Training " + cache.jar() + " on JDK " + jdk);
        cache.discardDraft();
        try (TrainingDatabase database = TrainingDatabase.open(environment.get(TrainingDatabase.VARIABLE))) {
            Pupil pupil = Pupil.start(cache, arguments.getString("file"), database.url());
            try {
                int requests = new Lessons(pupil.applicationPort(), pupil.adminPort(), pupil.adminToken())
                        .give(pupil, arguments.getInt("rounds"));
                out.println("It has answered " + requests + " requests; writing " + cache.file());
                pupil.stop();
            } finally {
                pupil.kill();
            }
            requireUnchanged(cache, jdk, note);
            cache.publish(note);
        } finally {
            cache.discardDraft();
        }
        out.println("%s: %d MiB".formatted(cache.file(), Files.size(cache.file()) >> 20));
    }

    /** What is built meanwhile would be started from the classes of what was there before. */
    private static void requireUnchanged(Cache cache, String jdk, String note) throws IOException, TrainingException {
        if (!Cache.noteOf(cache.jar(), jdk).equals(note)) {
            throw new TrainingException("train: " + cache.jar() + " has changed meanwhile; train again");
        }
    }

    private static Path jar(String named) throws IOException, URISyntaxException, TrainingException {
        Path path = named != null
                ? Path.of(named)
                : Path.of(TrainCommand.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI());
        if (!Files.isRegularFile(path)) {
            throw new TrainingException("train: " + path + " is no jar; a JVM learns nothing about single classes");
        }
        return path.toRealPath();
    }
}
