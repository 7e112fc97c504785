package com.ketomealplan.neon.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The state of other processes: from {@code /proc} on Linux, else from Java. */
final class ProcessTable {

    private ProcessTable() {}

    /** Returns whether there is no such process, or only a zombie. */
    static boolean isDead(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty() || isZombie(pid);
    }

    private static boolean isZombie(long pid) {
        try {
            // pid (name) state …, where the name may hold anything
            String status = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return status.startsWith("Z", status.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns whether a process has the directory as its working directory, as PostgreSQL's processes have their data directory. */
    static boolean worksIn(Path directory) {
        return ProcessHandle.allProcesses().anyMatch(process -> {
            try {
                return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                        .equals(directory.toRealPath());
            } catch (IOException e) {
                return false;
            }
        });
    }
}
