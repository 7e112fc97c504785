package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.ketomealplan.testing.ConfigurationSchema;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.dropwizard.jackson.Jackson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * That the JSON Schema of {@code config.yml}, which editors read from a fresh clone, is the code's. Where it is not, the new one is
 * in {@code target}, and its difference is the change of the configuration, with all defaults, to be looked at.
 */
class ConfigurationSchemaTest {

    private static final Path KEPT = Path.of("src/main/resources/config.schema.json");

    private static final ObjectMapper YAML = Jackson.newObjectMapper(new YAMLFactory());

    private final JsonNode schema = read(ConfigurationSchema.text());

    private static JsonNode read(String text) {
        try {
            return YAML.readTree(text); // which JSON is, too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSchemaIsThatOfTheCode() throws Exception {
        String now = ConfigurationSchema.text();
        Path made = Files.writeString(Path.of("target", KEPT.getFileName().toString()), now);

        assertThat(Files.exists(KEPT) ? Files.readString(KEPT) : "")
                .as("%s differs from the code: copy %s there", KEPT, made)
                .isEqualTo(now);
    }

    /** By their names with those of their blocks. */
    private Map<String, JsonNode> properties() {
        Map<String, JsonNode> properties = new TreeMap<>();
        collect("", schema, properties);
        return properties;
    }

    private static void collect(String prefix, JsonNode block, Map<String, JsonNode> into) {
        block.path("properties").properties().forEach(property -> {
            into.put(prefix + property.getKey(), property.getValue());
            collect(prefix + property.getKey() + ".", property.getValue(), into);
        });
    }

    @Test
    void everyPropertyHasADescription() {
        assertThat(properties()).hasSizeGreaterThan(80).allSatisfy((name, property) -> assertThat(
                        property.path("description").asText())
                .as(name)
                .hasSizeGreaterThan(10)
                .doesNotContain("The same. "));
    }

    /** A block has none, and neither has what is not supported. */
    @Test
    void everySettingHasADefaultThatIsOneOfItsValues() {
        assertThat(properties()).allSatisfy((name, property) -> {
            boolean mayBeSet = property.path("anyOf").isArray()
                    || property.path("additionalProperties").isObject();
            assertThat(property.has("default")).as(name).isEqualTo(mayBeSet);
            if (mayBeSet) {
                assertThat(mistakes(name, property.path("default").toString()))
                        .as(name)
                        .isEmpty();
            }
        });
    }

    /** Those of a file with one setting. */
    private List<Error> mistakes(String name, String value) {
        String[] names = name.split("\\.");
        StringBuilder yaml = new StringBuilder();
        for (String part : names) {
            yaml.append('{').append(part).append(": ");
        }
        return mistakes(read(yaml + value + "}".repeat(names.length)));
    }

    private List<Error> mistakes(JsonNode configuration) {
        Schema draft7 =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(schema.toString());
        return draft7.validate(configuration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.yml", "config-serverless.yml"})
    void aFileThatShipsHasNoMistake(String file) throws Exception {
        assertThat(mistakes(read(Files.readString(Path.of(file))))).isEmpty();
    }

    /** What the service reads as well: nothing, a number with a blank, a word that YAML takes for a truth value. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "database: {migrateAtStart: true, instances: , pooled: {keep: }}",
                "database: {migrateAtStart: check, maxWaitForConnection: 3 seconds}",
                "database: {pooled: {keep: '${POOL_KEEP:-5}'}}",
                "maxBodySize: 2 MiB\nvirtualThreads:",
                "maxArrivalTime: 2mins\nmaxBodySize: 300 kibibytes",
                "maxBodySize: 1m"
            })
    void aFileThatTheServiceReadsHasNoMistake(String yaml) {
        assertThat(mistakes(read(yaml))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "databse: {}",
                "database: {pooled: {keep: 0}}",
                "database: {pooled: {keep: 5.7}}",
                "database: {migrateAtStart: maybe}",
                "database: {validationQuery: SELECT 1}",
                "database: {autoCommentsEnabled: false}",
                "maxArrivalTime: soon",
                "maxArrivalTime: 5 parsecs",
                "maxBodySize: 2 bananas"
            })
    void aMistakeIsFound(String yaml) {
        assertThat(mistakes(read(yaml))).isNotEmpty();
    }
}
