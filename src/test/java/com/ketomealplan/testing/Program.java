package com.ketomealplan.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A program that some tests compare with or run against. */
public enum Program {
    PSQL("psql", "postgresql-client"),
    PGBOUNCER("pgbouncer", "pgbouncer"),
    HAPROXY("haproxy", "haproxy"),
    NGINX("nginx", "nginx-light"),
    PROMTOOL("promtool", "prometheus"),
    CHROMIUM("chromium", "chromium"),
    CHROMEDRIVER("chromedriver", "chromium-driver"),
    CURL("curl", "curl"),
    SETPRIV("setpriv", "util-linux");

    private final String file;
    private final String debianPackage;

    Program(String file, String debianPackage) {
        this.file = file;
        this.debianPackage = debianPackage;
    }

    /** Where it is installed. Debian puts some into a directory that is not on everybody's path. */
    public Optional<Path> path() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Pattern.compile(File.pathSeparator).splitAsStream(path), Stream.of("/usr/sbin"))
                .map(directory -> Path.of(directory, file))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The name of Debian's package that installs it. */
    public String debianPackage() {
        return debianPackage;
    }
}
