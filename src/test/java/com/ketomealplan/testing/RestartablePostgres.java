package com.ketomealplan.testing;

import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.url.Endpoint;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL of a test's own, which may be crashed under everybody. Every commit is synced to disk. */
public final class RestartablePostgres implements AutoCloseable {

    private static final Path DIRECTORY = Path.of("target", "restartable-postgres");

    private final EmbeddedDatabase server = EmbeddedDatabase.join(DIRECTORY);

    public Endpoint endpoint() {
        return server.endpoint();
    }

    /** {@code pg_ctl restart -m immediate}: no goodbye, no checkpoint; the server comes back by recovery, on its port. */
    public void crash() {
        try {
            Path data = DIRECTORY.resolve("data").toAbsolutePath();
            String program = Files.readString(data.resolve("postmaster.opts")).split(" \"", 2)[0];
            List<String> command = new ArrayList<>();
            if (LinuxUtils.isUnshareAvailable()) {
                command.addAll(List.of("unshare", "-U"));
            }
            command.addAll(List.of(Path.of(program).resolveSibling("pg_ctl").toString(), "restart", "-m", "immediate"));
            command.addAll(List.of(
                    "-D",
                    data.toString(),
                    "-l",
                    DIRECTORY.resolve("crashes.log").toString(),
                    "-w"));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
