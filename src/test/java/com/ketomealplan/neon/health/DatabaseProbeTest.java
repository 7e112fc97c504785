package com.ketomealplan.neon.health;

import static com.ketomealplan.testing.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.Failure;
import com.ketomealplan.neon.gate.ConnectionReceiver;
import com.ketomealplan.neon.gate.OpeningFailedException;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.migration.PendingChangesets;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.core.TestPools;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Probes: the schema check, an error, and the comparison of changesets. */
class DatabaseProbeTest {

    @RegisterExtension
    private final TestPools pools = new TestPools();

    private final TestDatabase database = TestDatabase.empty();
    private final WakeGate gate = new WakeGate(database.connector());
    private final Pool pool = pools.keeping(1, database.connector());
    private final UnitOutcomes units = new UnitOutcomes();
    private final DatabaseState state = new DatabaseState(gate, pool, units, false, true);
    private final ExpectedStatements expected = new ExpectedStatements(database.jdbi());
    private final AtomicInteger probes = new AtomicInteger();

    /** EXPLAIN of it takes a while, because the planner executes the IMMUTABLE function, and its failure is no schema mismatch. */
    private interface Slow {
        String SQL = "SELECT slow()";

        @SqlQuery(SQL)
        int one();

        @SqlQuery(SQL)
        int two();

        @SqlQuery(SQL)
        int three();

        @SqlQuery(SQL)
        int four();

        @SqlQuery(SQL)
        int five();

        @SqlQuery(SQL)
        int six();

        @SqlQuery(SQL)
        int seven();
    }

    private interface MissingTable {
        @SqlQuery("SELECT * FROM nowhere")
        int any();
    }

    @AfterEach
    void stop() {
        state.stop();
    }

    private DatabaseProbe probe(PendingChangesets.Companion companion) {
        PendingChangesets changesets =
                new PendingChangesets("migrations.xml", "the server", Optional.ofNullable(companion));
        DatabaseProbe probe = new DatabaseProbe(gate, pool, state, units, changesets, expected, true);
        probe.addListener(probes::incrementAndGet);
        return probe;
    }

    /** A companion query whose result handler fails. */
    private interface Failing extends PendingChangesets.Companion {
        @Override
        default String query() {
            return "SELECT 1";
        }
    }

    /** Otherwise the callers of the probe would time out, and report that the database does not answer. */
    @Test
    void aSchemaCheckEndsAtTheTimeLimitOfItsProbe() {
        database.jdbi().useHandle(handle -> handle.execute(slow(0.8)));
        expected.add(Slow.class); // more than the time limit, all together
        expected.add(MissingTable.class);
        DatabaseProbe probe = probe(null);

        probe.probe();
        await().untilAsserted(() -> assertThat(probes).hasValue(1));
        assertThat(units.schemaCheck()).as("the mismatch of the last statement").isEmpty();

        database.jdbi().useHandle(handle -> handle.execute(slow(0)));
        await().untilAsserted(() -> {
            assertThat(probe.probe()).isEmpty();
            assertThat(units.schemaCheck()).isPresent();
        });
    }

    private static String slow(double seconds) {
        return """
                CREATE OR REPLACE FUNCTION slow() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(%s); RAISE EXCEPTION 'no' USING ERRCODE = '22012'; END $$
                """.formatted(seconds);
    }

    /** Otherwise the gate would count it as a connect failure, and the next caller would wait for this probe. */
    @Test
    void anErrorThrownInAProbeIsItsFailure() {
        Failing failing = answer -> {
            throw new StackOverflowError();
        };
        DatabaseProbe probe = probe(failing);

        assertThat(probe.probe()).hasValueSatisfying(failure -> assertThat(failure.cause())
                .contains(StackOverflowError.class.getSimpleName()));
        assertThat(probe.probe()).isEmpty();
        assertThat(gate.lastFailure()).isEmpty();
        await().untilAsserted(() -> assertThat(probes).hasValue(2));
    }

    @Test
    void aFailedComparisonOfChangesetsIsRepeatedByTheNextProbe() {
        Failing failing = answer -> {
            throw new SQLException("no", "57014");
        };
        DatabaseProbe probe = probe(failing);
        try (LoggedLines lines = LoggedLines.of(PendingChangesets.class)) {
            assertThat(probe.probe()).isEmpty();
            assertThat(lines.all()).isEmpty();

            assertThat(probe.probe()).isEmpty();
            assertThat(lines.all()).singleElement().asString().contains("9 ");

            assertThat(probe.probe()).isEmpty();
            assertThat(lines.all()).hasSize(1);
        }
    }

    /** Its other callers have not had their time yet; they would be told that the database has answered. */
    @Test
    void aProbeThatOneCallerGivesUpHasAnsweredNobody() throws Exception {
        try (NeonProxy proxy = NeonProxy.before(database)) {
            WakeGate waking = new WakeGate(Connectors.to(Endpoint.parse(proxy.url(database))));
            proxy.stall(true);
            waking.request(closing(waking)); // the one attempt to log in that there is
            await().until(() -> proxy.connects() == 1);
            PendingChangesets none = new PendingChangesets("migrations.xml", "the server", Optional.empty());
            DatabaseProbe probe = new DatabaseProbe(waking, pool, state, units, none, expected, false);

            CompletableFuture<Optional<Failure>> first = Clients.async(probe::probe);
            Thread.sleep(500);
            CompletableFuture<Optional<Failure>> second = Clients.async(probe::probe);

            assertThat(first.join()).isPresent();
            assertThat(second.join()).isPresent();
        }
    }

    private static ConnectionReceiver closing(WakeGate gate) {
        return new ConnectionReceiver() {
            @Override
            public void onOpened(PhysicalConnection connection) {
                gate.close(connection);
            }

            @Override
            public void onFailed(OpeningFailedException reason) {}
        };
    }
}
