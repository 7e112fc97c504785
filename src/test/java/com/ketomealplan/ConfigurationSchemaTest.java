package com.ketomealplan;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.ConfigurationSchema;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * That the JSON Schema of {@code config.yml}, which editors read from a fresh clone, is the code's. Where it is not, the new one is
 * in {@code target}, and its difference is the change of the configuration, with all defaults, to be looked at.
 */
class ConfigurationSchemaTest {

    private static final Path KEPT = Path.of("src/main/resources/config.schema.json");

    @Test
    void theSchemaIsThatOfTheCode() throws Exception {
        String now = ConfigurationSchema.text();
        Path made = Files.writeString(Path.of("target", KEPT.getFileName().toString()), now);

        assertThat(Files.exists(KEPT) ? Files.readString(KEPT) : "")
                .as("%s differs from the code: copy %s there", KEPT, made)
                .isEqualTo(now);
    }
}
