package com.ketomealplan.openapi;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Writes {@code openapi.json} in the build. */
public final class WriteDocument {

    private static final String RESOURCES = "com.ketomealplan.resources";

    private WriteDocument() {}

    /**
     * @param arguments the directory of the compiled classes, which gets the document; the file with what is not in the code; the
     *     project's version
     */
    public static void main(String[] arguments) throws IOException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
                .setLevel(Level.WARN); // of Maven's JVM: nothing has configured it
        java.nio.file.Path classes = java.nio.file.Path.of(arguments[0]);
        JsonNode base =
                new YAMLMapper().readTree(java.nio.file.Path.of(arguments[1]).toFile());
        ObjectNode document = new Document((ObjectNode) base, resourcesIn(classes)).write();
        document.withObject("info").put("version", arguments[2]);
        ObjectMapper mapper = new ObjectMapper()
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .setDefaultPrettyPrinter(new DefaultPrettyPrinter()
                        .withObjectIndenter(new DefaultIndenter("  ", "\n"))); // the same on every system
        Files.writeString(classes.resolve("openapi.json"), mapper.writeValueAsString(document) + "\n");
    }

    private static List<Class<?>> resourcesIn(java.nio.file.Path classes) throws IOException {
        try (Stream<java.nio.file.Path> files = Files.list(classes.resolve(RESOURCES.replace('.', '/')))) {
            return files.map(file -> Objects.toString(file.getFileName()))
                    .filter(name -> name.endsWith(".class"))
                    .sorted()
                    .<Class<?>>map(name -> load(RESOURCES + "." + name.substring(0, name.lastIndexOf('.'))))
                    .filter(type -> type.isAnnotationPresent(Path.class))
                    .toList();
        }
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
