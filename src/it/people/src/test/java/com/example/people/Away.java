package com.example.people;

import io.dropwizard.core.Application;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** A service whose database is away, and what it answers. */
final class Away {

    static final String PORTS = """
            server:
              applicationConnectors: [{type: http, port: 0}]
              adminConnectors: [{type: http, port: 0}]
            """;

    /** Nothing listens on the discard port. */
    private static final String DATABASE = "database:\n  url: postgresql://nobody:x@127.0.0.1:9/none?sslmode=disable\n";

    private Away() {}

    static DropwizardTestSupport<PeopleApplication.Settings> service(
            Class<? extends Application<PeopleApplication.Settings>> application) throws Exception {
        return service(application, DATABASE + PORTS);
    }

    /** The same with another configuration. */
    static DropwizardTestSupport<PeopleApplication.Settings> service(
            Class<? extends Application<PeopleApplication.Settings>> application, String configuration)
            throws Exception {
        Path file = Files.writeString(Files.createTempFile(Path.of("target"), "away", ".yml"), configuration);
        return new DropwizardTestSupport<>(application, file.toString());
    }

    static HttpResponse<String> get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
