package com.ketomealplan.neon.admin;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * Which process this is, of which there are several in an incident.
 *
 * @param name its machine, or its container, and its number there
 * @param version of the jar; empty if it runs from classes
 * @param commit that the jar was built from; empty if that was not known to the build
 * @param started when
 */
record Instance(String name, Optional<String> version, Optional<String> commit, Instant started) {

    private static final String MANIFEST = "/META-INF/MANIFEST.MF";

    /** As the build writes it where it knows none. */
    private static final String UNKNOWN = "unknown";

    /**
     * This one.
     *
     * @param application a class of the jar
     */
    static Instance of(Class<?> application, Instant started) {
        Attributes manifest = manifest(application);
        return new Instance(
                host() + ", process " + ProcessHandle.current().pid(),
                value(manifest, Attributes.Name.IMPLEMENTATION_VERSION.toString()),
                value(manifest, "Implementation-Commit"),
                started);
    }

    private static Optional<String> value(Attributes manifest, String name) {
        return Optional.ofNullable(manifest.getValue(name)).filter(value -> !value.isBlank() && !value.equals(UNKNOWN));
    }

    private static Attributes manifest(Class<?> application) {
        String file = application.getName().replace('.', '/') + ".class";
        URL place = application.getResource("/" + file);
        if (place == null || !place.getProtocol().equals("jar")) {
            return new Attributes();
        }
        String jar = place.toString().substring(0, place.toString().length() - file.length() - 1);
        try (InputStream content = URI.create(jar + MANIFEST).toURL().openStream()) {
            return new Manifest(content).getMainAttributes();
        } catch (IOException e) {
            return new Attributes();
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
