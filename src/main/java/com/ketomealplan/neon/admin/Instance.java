package com.ketomealplan.neon.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * The identity of this process, because a service may have several.
 *
 * @param name its host or container, and its process id
 * @param version of the jar; empty if it runs from classes
 * @param commit the commit that the jar was built from; empty if the build did not know it
 * @param started when it was started
 */
record Instance(String name, Optional<String> version, Optional<String> commit, Instant started) {

    private static final String COMMIT = "META-INF/commit";
    private static final int MAX_LENGTH = 100;

    /**
     * Returns the identity of this process.
     *
     * @param application a class of the jar
     */
    static Instance of(Class<?> application, Instant started) {
        return new Instance(
                host() + ", process " + ProcessHandle.current().pid(),
                version(application),
                commit(application),
                started);
    }

    private static Optional<String> version(Class<?> application) {
        return Optional.ofNullable(application.getPackage().getImplementationVersion());
    }

    /** Reads the file that the build has written, from the application's jar: other jars may have a file of that name. */
    private static Optional<String> commit(Class<?> application) {
        String file = application.getName().replace('.', '/') + ".class";
        URL url = application.getResource("/" + file);
        if (url == null) {
            return Optional.empty();
        }
        String root = url.toString().substring(0, url.toString().length() - file.length());
        try (InputStream content = URI.create(root + COMMIT).toURL().openStream()) {
            return Optional.of(new String(content.readNBytes(MAX_LENGTH), StandardCharsets.UTF_8).strip())
                    .filter(text -> !text.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Returns the host name. A container has it in its environment, which needs no name server. */
    private static String host() {
        return Optional.ofNullable(System.getenv("HOSTNAME"))
                .filter(name -> !name.isBlank())
                .orElseGet(() -> {
                    try {
                        return InetAddress.getLocalHost().getHostName();
                    } catch (UnknownHostException e) {
                        return "unknown host";
                    }
                });
    }
}
