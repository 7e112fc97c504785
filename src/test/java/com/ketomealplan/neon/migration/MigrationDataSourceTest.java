package com.ketomealplan.neon.migration;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.OtherLanguage;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The lock of a migration; that it excludes others is {@link MigrationsTest}'s. */
class MigrationDataSourceTest {

    /** Takes the lock in the database of a URL, and returns its key. */
    public static final class Locked implements UnaryOperator<String> {

        @Override
        public String apply(String url) {
            MigrationDataSource migration =
                    new MigrationDataSource(Connectors.to(Endpoint.parse(url)), Duration.ofSeconds(1), () -> {});
            try (Connection connection = migration.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet key = statement.executeQuery("""
                            SELECT classid::bigint << 32 | objid::bigint FROM pg_locks
                            WHERE locktype = 'advisory' AND pid = pg_backend_pid()
                            """)) {
                return key.next() ? key.getString(1) : "no lock";
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** SQL knows no other digits than those of ASCII. */
    @Test
    void isTheSameInALanguageWithOtherDigits() throws Exception {
        TestDatabase database = TestDatabase.empty();
        try (OtherLanguage persian = OtherLanguage.of(OtherLanguage.PERSIAN)) {
            assertThat(persian.apply(Locked.class, database.url())).isEqualTo(new Locked().apply(database.url()));
        }
    }
}
