package com.ketomealplan.testing;

import com.ketomealplan.neon.embedded.EmbeddedDatabase;
import com.ketomealplan.neon.url.Endpoint;
import java.nio.file.Path;

/**
 * A PostgreSQL of a test's own, which may be crashed under everybody. Nothing of it waits for the disk: what it has written outlives its
 * processes without, and a recovery that syncs all files of a busy disk is an outage of seconds, which is another test's.
 */
public final class RestartablePostgres implements AutoCloseable {

    static {
        // The library remembers where it has unpacked the program: that has to be a directory which stays
        TestDatabase.empty();
    }

    private final Path directory = OwnDirectory.create("restartable-postgres");
    private final EmbeddedDatabase server = EmbeddedDatabase.joinForTests(directory);

    public Endpoint endpoint() {
        return server.endpoint();
    }

    /** The data directory. */
    Path data() {
        return directory.resolve("data");
    }

    /** {@code pg_ctl restart -m immediate}: no goodbye, no checkpoint; the server comes back by recovery, on its port. */
    public void crash() {
        String log = directory.resolve("crashes.log").toString();
        PgCtl.besideServerOf(data()).run("restart", "-m", "immediate", "-D", data().toString(), "-l", log, "-w");
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        server.close();
        OwnDirectory.delete(directory);
    }
}
