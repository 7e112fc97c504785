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
 * Which process this is, of which there are several in an incident.
 *
 * @param name its machine, or its container, and its number there
 * @param version of the jar; empty if it runs from classes
 * @param commit that the jar was built from; empty if that was not known to the build
 * @param started when
 */
record Instance(String name, Optional<String> version, Optional<String> commit, Instant started) {

    private static final String COMMIT = "META-INF/commit";
    private static final int LONGEST = 100;

    /**
     * This one.
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

    /** As the build has written it. The jar's own: the class path may have others of that name. */
    private static Optional<String> commit(Class<?> application) {
        String file = application.getName().replace('.', '/') + ".class";
        URL place = application.getResource("/" + file);
        if (place == null) {
            return Optional.empty();
        }
        String root = place.toString().substring(0, place.toString().length() - file.length());
        try (InputStream content = URI.create(root + COMMIT).toURL().openStream()) {
            return Optional.of(new String(content.readNBytes(LONGEST), StandardCharsets.UTF_8).strip())
                    .filter(text -> !text.isEmpty());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Containers say it in their environment, which asks no name server. */
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
