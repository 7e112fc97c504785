package com.ketomealplan.testing;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** PostgreSQL's {@code pg_ctl}, for what the embedded server cannot be told to do. */
final class PgCtl {

    private final Path program;

    private PgCtl(Path program) {
        this.program = program;
    }

    /** The one beside the server's program, whose path begins the data directory's {@code postmaster.opts}. */
    static PgCtl besideServerOf(Path data) {
        try {
            String server = Files.readString(data.resolve("postmaster.opts")).split(" \"", 2)[0];
            return new PgCtl(Path.of(server).resolveSibling("pg_ctl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs it and waits for its end.
     *
     * @throws IllegalStateException if it fails; the message is its output
     */
    void run(String... arguments) {
        List<String> command = new ArrayList<>();
        if (LinuxUtils.isUnshareAvailable()) {
            command.addAll(List.of("unshare", "-U")); // PostgreSQL's programs refuse to run as root
        }
        command.add(program.toString());
        command.addAll(List.of(arguments));
        try {
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
}
