package com.ketomealplan.neon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.TestDatabase;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.db.PooledDataSourceFactory;
import io.dropwizard.jackson.Jackson;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The line that describes the pool at the start, the direct endpoint, and the file of the URL. */
class NeonDataSourceFactoryTest {

    private static final String COST = "up to 5 round trips and a log-in";

    private static String lineAtTheStart(Deployment.Stage stage, boolean serverless) {
        NeonDataSourceFactory factory =
                NeonDataSourceFactory.at("postgresql://u:p@127.0.0.1:1/db").in(new Deployment(stage, serverless));
        DatabaseAccess opened = DatabaseAccess.open(factory, "test");
        try {
            return opened.pooling();
        } finally {
            opened.stop();
        }
    }

    /** Not if the strategy was set, and not for a short-lived process, which has no choice. */
    @Test
    void theDefaultStrategyOfProductionIsLoggedWithItsCostAndItsRemedy() {
        assertThat(lineAtTheStart(Deployment.Stage.PRODUCTION, false))
                .contains("opened per request: none kept, at most 50")
                .contains(COST)
                .contains("POOLING=pooled");
        assertThat(lineAtTheStart(Deployment.Stage.PRODUCTION, true))
                .contains("opened per request: none kept, at most 50")
                .doesNotContain(COST);
        assertThat(lineAtTheStart(Deployment.Stage.DEVELOPMENT, false))
                .contains("pooled: 5 kept, at most 15")
                .doesNotContain(COST);
    }

    @Test
    void aDirectConnectionIsRefusedBehindAPoolerWhoseServerIsUnknown() throws Exception {
        NeonDataSourceFactory factory = NeonDataSourceFactory.at("postgresql://u:p@127.0.0.1:1/db?pgbouncer=true");

        try (Database opened = factory.open()) {
            assertThatThrownBy(opened.directConnector()::open).hasMessageContaining("the URL of the server behind it");
        }
    }

    /** By the pool, and by {@code db migrate}. */
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
