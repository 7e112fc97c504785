package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in the jar can be read in it: each part with its version, and the licence that it is there by. */
class SecureSupplyChainTest {

    /** They ask for no more than to be passed on with the part; it is enough if one of a part's licences is among them. */
    private static final Set<String> LICENCES =
            Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "EPL-2.0");

    /** Is inside of another part, jdbi3-core. */
    private static final String ANTLR = "org.antlr:antlr4-runtime";

    private static final String OWN = "com.ketomealplan:keto-meal-plan-api";

    private JarFile jar;
    private JsonNode bom;

    @BeforeEach
    void open() throws IOException {
        jar = new JarFile(Path.of("target", "keto-meal-plan-api.jar").toFile());
        JarEntry entry = jar.getJarEntry("META-INF/sbom/bom.json");
        assertThat(entry)
                .as("the bill of materials, which an offline build (-o) leaves out")
                .isNotNull();
        try (InputStream file = jar.getInputStream(entry)) {
            bom = new ObjectMapper().readTree(file);
        }
    }

    @AfterEach
    void close() throws IOException {
        jar.close();
    }

    @Test
    void itsBillOfMaterialsHasEachPartInItsVersionAndNoOther() {
        Map<String, String> listed = components()
                .collect(Collectors.toMap(SecureSupplyChainTest::name, part -> part.path("version")
                        .asText()));

        // Not each part says by a file of Maven's what it is, but nine of ten do
        Map<String, String> found = partsThatSayWhatTheyAre();
        assertThat(found).hasSizeGreaterThan(100).containsKeys(OWN, ANTLR);
        found.keySet().removeAll(List.of(OWN, ANTLR));
        assertThat(listed).containsAllEntriesOf(found).containsKey("io.dropwizard:dropwizard-core");
        assertThat(listed.keySet()).noneMatch(name -> name.contains("junit") || name.contains("assertj"));
        assertThat(bom.at("/metadata/component/name").asText()).isEqualTo("keto-meal-plan-api");
    }

    @Test
    void eachPartMayBePassedOn() {
        assertThat(components().filter(part -> licences(part).noneMatch(LICENCES::contains)))
                .as("parts under none of the licences %s", LICENCES)
                .isEmpty();
    }

    @Test
    void theLicencesAreInTheJarEachUnderTheNameOfItsPart() {
        Set<String> directories = new TreeSet<>();
        jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.startsWith("META-INF/licenses/") && !name.endsWith("/"))
                .forEach(name -> directories.add(name.split("/")[2]));

        assertThat(directories)
                .hasSizeGreaterThan(60)
                .contains("OTHERS.txt")
                .anyMatch(name -> name.startsWith("postgresql-"));
        assertThat(jar.stream().map(JarEntry::getName))
                .as("one part's licence as if it were that of all")
                .noneMatch(name -> name.matches("(META-INF/)?(LICENSE|NOTICE)[^/]*"));
    }

    private Stream<JsonNode> components() {
        return StreamSupport.stream(bom.path("components").spliterator(), false);
    }

    private static String name(JsonNode part) {
        return part.path("group").asText() + ":" + part.path("name").asText();
    }

    private static Stream<String> licences(JsonNode part) {
        return part.path("licenses").findValuesAsText("id").stream();
    }

    private Map<String, String> partsThatSayWhatTheyAre() {
        Map<String, String> parts = new TreeMap<>();
        jar.stream()
                .filter(entry -> entry.getName().matches("META-INF/maven/.*/pom.properties"))
                .forEach(entry -> {
                    Properties properties = read(entry);
                    parts.put(
                            properties.getProperty("groupId") + ":" + properties.getProperty("artifactId"),
                            properties.getProperty("version"));
                });
        return parts;
    }

    private Properties read(JarEntry entry) {
        try (InputStream file = jar.getInputStream(entry)) {
            Properties properties = new Properties();
            properties.load(file);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
