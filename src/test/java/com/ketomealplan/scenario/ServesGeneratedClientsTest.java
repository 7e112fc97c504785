package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Maven;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has a client made from the API's document gets one that compiles, works, and tells problems apart by their types. */
@Tag("campaign-only")
@Tag("any-jdk")
class ServesGeneratedClientsTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = TestService.on(database);

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        service.stop();
    }

    @Test
    void aGeneratedClientRunsTheExample() throws Exception {
        String log = Maven.runClient(directory, service.uri("").toString());

        assertThat(log).contains("The example has run.");
        assertThat(database.count("users")).isEqualTo(1);
        assertThat(database.count("quiz_responses")).isEqualTo(1);
    }
}
