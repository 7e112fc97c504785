package com.ketomealplan.training;

import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.embedded.EmbeddedDatabaseException;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The database of a training: an embedded PostgreSQL that is deleted afterwards, behind a proxy that delays the first connections, as a
 * sleeping compute does; or the one that the operator has configured for it.
 */
final class TrainingDatabase implements AutoCloseable {

    /** The variable with the URL. It is not the one of the service, which may name a database that is in use. */
    static final String VARIABLE = "TRAINING_DATABASE_URL";

    private final String url;
    private final WakingProxy proxy;
    private final EmbeddedDatabase embedded;
    private final Path directory;

    private TrainingDatabase(String url, WakingProxy proxy, EmbeddedDatabase embedded, Path directory) {
        this.url = url;
        this.proxy = proxy;
        this.embedded = embedded;
        this.directory = directory;
    }

    /**
     * Opens the configured database, or starts an embedded one.
     *
     * @param url the URL of the configured database, or null
     */
    static TrainingDatabase open(String url) throws IOException, TrainingException {
        if (url != null && !url.isBlank()) {
            return new TrainingDatabase(url, null, null, null);
        }
        try {
            return embedded();
        } catch (EmbeddedDatabaseException | LinkageError e) {
            String reason = EmbeddedDatabase.isAvailable() ? e.getMessage() : "it carries none";
            throw new TrainingException("train: no PostgreSQL of this jar's can be started (" + reason + "); set "
                    + VARIABLE + " to a database for the training, which writes to it, or train by a jar that"
                    + " carries one: java -jar THAT.jar train --jar THIS.jar config.yml");
        }
    }

    private static TrainingDatabase embedded() throws IOException {
        Path directory = Files.createTempDirectory("training");
        try {
            return embedded(directory, EmbeddedDatabase.join(directory));
        } catch (IOException | RuntimeException | LinkageError e) {
            delete(directory);
            throw e;
        }
    }

    private static TrainingDatabase embedded(Path directory, EmbeddedDatabase embedded) throws IOException {
        Endpoint endpoint = embedded.endpoint();
        WakingProxy proxy;
        try {
            proxy = WakingProxy.before(endpoint.hosts().get(0).port());
        } catch (IOException e) {
            embedded.close();
            throw e;
        }
        String url = "postgresql://" + endpoint.user() + ":"
                + endpoint.password().map(Secret::reveal).orElseThrow() + "@127.0.0.1:" + proxy.port() + "/"
                + endpoint.database() + "?sslmode=disable";
        return new TrainingDatabase(url, proxy, embedded, directory);
    }

    String url() {
        return url;
    }

    @Override
    public void close() throws IOException {
        if (embedded == null) {
            return;
        }
        proxy.close();
        embedded.close();
        delete(directory);
    }

    private static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
