package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.PgConnector;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.transaction.UnitListener;
import com.ketomealplan.neon.transaction.UnitOfWork;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Connectors;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.PgBouncer;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A real PgBouncer in transaction mode, without tracking of prepared statements, as 1.18 is. */
@Needs(Program.PGBOUNCER)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServesBehindPoolersTest {

    private static final UnitOfWork.Options READ_ONLY =
            new UnitOfWork.Options(TransactionIsolationLevel.UNKNOWN, true, true);

    private static final int SERVER_CONNECTIONS = 5;
    private static final int CLIENTS = 32;

    /** Of statements; the page operations says how to have more. */
    private static final int STATEMENTS = Ring.times("pooler.statements", 5_000, 20_000);

    private final TestDatabase database = TestDatabase.migrated();
    private PgBouncer pooler;
    private Pool pool;

    @BeforeAll
    void startPooler() {
        pooler = PgBouncer.before(database, SERVER_CONNECTIONS);
    }

    @AfterEach
    void stopPool() {
        if (pool != null) {
            pool.stop();
        }
    }

    @AfterAll
    void stopPooler() {
        pooler.close();
    }

    private Jdbi through(String parameters) {
        Endpoint endpoint = Endpoint.parse(pooler.url(database) + parameters).asPooled();
        WakeGate gate = new WakeGate(Connectors.to(endpoint));
        pool = new ConnectionPool(
                "test",
                gate,
                Retention.pooled(CLIENTS, 0, Duration.ofSeconds(1), Duration.ofHours(1)),
                new QueueLimits(Duration.ofSeconds(30), CLIENTS),
                Duration.ofMinutes(1),
                Duration.ofHours(1));
        return Jdbi.create(pool);
    }

    private Jdbi throughUnnoticed(PgBouncer looksLikeAServer) {
        Endpoint endpoint = Endpoint.parse(looksLikeAServer.url(database));
        PgConnector connector = Connectors.to(endpoint).withSessionTimeout(Duration.ofMinutes(1));
        pool = new ConnectionPool(
                "test",
                new WakeGate(connector),
                Retention.pooled(1, 0, Duration.ofSeconds(1), Duration.ofHours(1)),
                new QueueLimits(Duration.ofSeconds(30), CLIENTS),
                Duration.ofMinutes(1),
                Duration.ofHours(1));
        return Jdbi.create(pool);
    }

    private static String ask(Handle handle, String expression) {
        return handle.createQuery("SELECT " + expression).mapTo(String.class).one();
    }

    private String stored(String expression) {
        return database.jdbi().withHandle(handle -> ask(handle, expression));
    }

    /** What the pooler's server sessions would give to the next client: all distinct values of all of them. */
    private Set<String> sessionsOfOthers() {
        return new HashSet<>(Clients.atOnce(SERVER_CONNECTIONS * 4, this::lookThroughPooler));
    }

    private String lookThroughPooler() throws SQLException {
        try (PhysicalConnection other = Connectors.to(
                                Endpoint.parse(pooler.url(database)).asPooled())
                        .open();
                ResultSet rows = other.jdbc().createStatement().executeQuery("""
                        SELECT current_setting('default_transaction_isolation') || ' ' ||
                               current_setting('default_transaction_read_only') || ' ' ||
                               current_setting('search_path') || ' ' || current_setting('statement_timeout')
                        FROM (SELECT pg_sleep(0.05)) AS busy
                        """)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void unitsLeaveNothingInTheSessionsOfOthers() throws Exception {
        Jdbi jdbi = through("?schema=public&statement_timeout=7s");
        UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
        Set<String> before = sessionsOfOthers();

        for (int i = 0; i < 20; i++) {
            String inside = units.call(
                    new UnitOfWork.Options(TransactionIsolationLevel.SERIALIZABLE, true, true),
                    () -> jdbi.withHandle(handle -> {
                        handle.getConnection().setSchema("pg_catalog");
                        return ask(
                                handle,
                                "concat_ws(' ', current_setting('transaction_isolation'),"
                                        + " current_setting('transaction_read_only'), current_setting('search_path'),"
                                        + " current_setting('statement_timeout'))");
                    }));
            assertThat(inside).isEqualTo("serializable on pg_catalog 7s");
            String byJdbi = jdbi.inTransaction(
                    TransactionIsolationLevel.REPEATABLE_READ,
                    handle -> ask(handle, "current_setting('transaction_isolation')"));
            assertThat(byJdbi).isEqualTo("repeatable read");
        }

        assertThat(sessionsOfOthers()).isEqualTo(before).containsExactly("read committed off \"$user\", public 0");
    }

    @Test
    void whatTheUrlSetsHoldsInAutoCommitToo() {
        Jdbi jdbi = through("?schema=pg_catalog&statement_timeout=7s");
        Set<String> before = sessionsOfOthers();

        String query = jdbi.withHandle(
                handle -> ask(handle, "current_setting('search_path') || ' ' || current_setting('statement_timeout')"));
        jdbi.useHandle(
                handle -> handle.execute(
                        "INSERT INTO public.users (email) VALUES (current_setting('search_path') || current_setting('statement_timeout'))"));

        assertThat(query).isEqualTo("pg_catalog 7s");
        assertThat(stored("email FROM users")).isEqualTo("pg_catalog7s");
        database.jdbi().useHandle(handle -> handle.execute("DELETE FROM users"));
        assertThat(sessionsOfOthers()).isEqualTo(before);
    }

    /** The driver sends the change past the handle. */
    @Test
    void aUnitThatReadsChangesNothingThroughItsResults() {
        Jdbi jdbi = through("");
        UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE read (id int PRIMARY KEY, name text)"));
        database.jdbi().useHandle(handle -> handle.execute("INSERT INTO read VALUES (1, 'before')"));

        assertThatThrownBy(() -> units.call(READ_ONLY, () -> jdbi.withHandle(handle -> rename(handle.getConnection()))))
                .hasStackTraceContaining("read-only transaction");

        assertThat(stored("name FROM read")).isEqualTo("before");
    }

    private static boolean rename(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery("SELECT id, name FROM read")) {
            rows.next();
            rows.updateString("name", "after");
            rows.updateRow();
            return true;
        }
    }

    /** A pooler that looks like a server is not noticed; what is set for a session of it would be everybody's. */
    @Test
    void unitsThatReadLeaveNothingInTheSessionsOfOthersEither() throws Exception {
        try (PgBouncer looksLikeAServer = PgBouncer.ignoringOptions(database, SERVER_CONNECTIONS)) {
            Jdbi jdbi = throughUnnoticed(looksLikeAServer);
            UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
            for (int i = 0; i < 4; i++) { // the driver sends the fifth by a name, which this pooler does not know
                String unit = "current_setting('default_transaction_read_only') || " + i;
                String inside = units.call(READ_ONLY, () -> jdbi.withHandle(handle -> ask(handle, unit)));
                assertThat(inside).isEqualTo("off" + i);
            }
        }
    }

    @Test
    @Tag("campaign")
    @Tag("any-jdk")
    void manyStatementsOfManyClientsSurviveAMigration() throws Exception {
        Jdbi jdbi = through("");
        UnitOfWork units = UnitOfWork.install(jdbi, pool, new UnitListener() {});
        database.jdbi().useHandle(handle -> handle.execute("CREATE TABLE things (id serial PRIMARY KEY, name text)"));
        int unitsPerClient = STATEMENTS / CLIENTS / 3;
        AtomicInteger stored = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(CLIENTS);
        CountDownLatch migrated = new CountDownLatch(1);

        List<CompletableFuture<Void>> work = Clients.start(CLIENTS, () -> {
            unit(jdbi, units, "first");
            begun.countDown();
            int done = 1;
            for (boolean after = false; done < unitsPerClient || !after; done++) {
                after = migrated.getCount() == 0;
                unit(jdbi, units, "thing " + done);
            }
            stored.addAndGet(done);
            return null;
        });
        begun.await(); // all of them have prepared their statements, and go on
        database.jdbi().useHandle(handle -> handle.execute("ALTER TABLE things ADD COLUMN extra int DEFAULT 1"));
        database.jdbi().useHandle(handle -> handle.execute("ALTER TABLE things ALTER COLUMN name TYPE varchar(99)"));
        migrated.countDown();

        Clients.join(work);
        assertThat(database.count("things")).isEqualTo(stored.get()).isGreaterThanOrEqualTo(CLIENTS * unitsPerClient);
    }

    private static void unit(Jdbi jdbi, UnitOfWork units, String name) throws Exception {
        units.call(
                UnitOfWork.Options.DEFAULT,
                () -> jdbi.withHandle(handle -> handle.createUpdate("INSERT INTO things (name) VALUES (:name)")
                        .bind("name", name)
                        .execute()));
        units.call(
                READ_ONLY,
                () -> jdbi.withHandle(handle -> {
                    handle.createQuery("SELECT * FROM things WHERE name = :name LIMIT 1")
                            .bind("name", name)
                            .mapToMap()
                            .one();
                    return ask(handle, "count(*) FROM pg_class");
                }));
    }

    /** Nobody has said that it is one: it is noticed by what it refuses, and the log says so, of the URL what may be read. */
    @Test
    void aPoolerThatRefusesOptionsOfASessionIsNoObstacle() throws Exception {
        PgConnector connector =
                Connectors.to(Endpoint.parse(pooler.url(database))).withSessionTimeout(Duration.ofSeconds(7));
        try (LoggedLines log = LoggedLines.of(PgConnector.class);
                PhysicalConnection opened = connector.open()) {
            assertThat(opened.hasTimeout(Duration.ZERO)).isFalse();
            assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains(
                            "refuses options of a session", database.endpoint().user())
                    .doesNotContain(database.password());
        }
    }

    /** Neon's proxy drops startup parameters but a few; what the URL asks for gets through all the same. */
    @Test
    void settingsThatNeonsProxyDropsTakeEffect() throws Exception {
        try (NeonProxy neon = NeonProxy.before(database)) {
            neon.dropStartupParameters(true);
            String url = neon.url(database) + "?schema=a,%20b&options=-c%20statement_timeout%3D7s&timezone=Asia/Tokyo";
            try (PhysicalConnection opened = Connectors.to(Endpoint.parse(url)).open();
                    ResultSet rows = opened.jdbc().createStatement().executeQuery("""
                            SELECT current_setting('search_path') || ' ' || current_setting('statement_timeout') || ' ' ||
                                   current_setting('TimeZone')
                            """)) {
                rows.next();
                assertThat(rows.getString(1)).isEqualTo("a, b 7s Asia/Tokyo");
            }
            assertThat(neon.startups().get(0)).doesNotContainKeys("search_path");
            assertThat(Map.copyOf(neon.startups().get(0))).containsKey("options");
        }
    }
}
