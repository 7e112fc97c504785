package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import com.ketomealplan.neon.connect.WakeGate;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.TestDatabase;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.db.PooledDataSourceFactory;
import io.dropwizard.jackson.Jackson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NeonDataSourceFactoryTest {

    private static final String COST = "up to 5 round trips and a log-in";

    private static String saidAtTheStart(Deployment.Stage stage, boolean serverless) {
        NeonDataSourceFactory factory =
                NeonDataSourceFactory.at("postgresql://u:p@127.0.0.1:1/db").in(new Deployment(stage, serverless));
        try (Database opened = factory.open()) {
            WakeGate gate = new WakeGate(opened.connector(Duration.ofSeconds(1)));
            return NeonBundle.describe(factory.pool(opened, gate, "test"), factory.isPerRequestByDefault());
        }
    }

    /** Who has chosen knows, and who runs for a few requests has no choice. */
    @Test
    void theDefaultOfProductionSaysWhatItCostsAndWhatChangesIt() {
        assertThat(saidAtTheStart(Deployment.Stage.PRODUCTION, false))
                .contains("opened per request: none kept, at most 50")
                .contains(COST)
                .contains("POOLING=pooled");
        assertThat(saidAtTheStart(Deployment.Stage.PRODUCTION, true))
                .contains("opened per request: none kept, at most 50")
                .doesNotContain(COST);
        assertThat(saidAtTheStart(Deployment.Stage.DEVELOPMENT, false))
                .contains("pooled: 5 kept, at most 15")
                .doesNotContain(COST);
    }

    @Test
    void whatNeedsASessionIsRefusedBehindAPoolerWhoseServerIsNotKnown() throws Exception {
        NeonDataSourceFactory factory = NeonDataSourceFactory.at("postgresql://u:p@127.0.0.1:1/db?pgbouncer=true");

        try (Database opened = factory.open()) {
            assertThatThrownBy(opened.directConnector()::open).hasMessageContaining("the URL of the server behind it");
        }
    }

    /** The pool, and the connections of {@code db migrate}. */
    @Test
    void theFileOfTheUrlIsReadAtEachLogIn(@TempDir Path directory) throws Exception {
        TestDatabase database = TestDatabase.empty();
        Path file = directory.resolve("url");
        try (RotatedRole role = RotatedRole.of(database)) {
            role.writeUrl(file, database.url());
            NeonDataSourceFactory factory = Jackson.newObjectMapper()
                    .convertValue(Map.of("urlFile", file.toString()), NeonDataSourceFactory.class);
            for (PooledDataSourceFactory one : new PooledDataSourceFactory[] {factory, factory.forMigrations()}) {
                ManagedDataSource opened = one.build(new MetricRegistry(), "test");
                for (int rotation = 0; rotation < 2; rotation++) {
                    opened.getConnection().close();
                    role.renew();
                    role.alter();
                    role.killSessions();
                    role.writeUrl(file, database.url());
                }
                opened.getConnection().close();
                opened.stop();
            }
        }
    }
}
