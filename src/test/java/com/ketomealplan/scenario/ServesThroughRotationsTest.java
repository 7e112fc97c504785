package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.Console;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.RotatedRole;
import com.ketomealplan.testing.ScenarioTable;
import com.ketomealplan.testing.Soon;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The password is changed under load, again and again, and nobody notices. */
@Tag("campaign")
class ServesThroughRotationsTest {

    private static final int ROTATIONS = Ring.times("rotations", 3, 100);
    private static final int CLIENTS = 4;

    @TempDir
    private Path directory;

    private final TestDatabase database = TestDatabase.migrated();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicIntegerArray answered = new AtomicIntegerArray(CLIENTS);
    private boolean pooled;
    private NeonProxy proxy;
    private RotatedRole role;
    private RotatedRole twin;
    private Console console;
    private TestService service;

    @BeforeEach
    void begin() throws Exception {
        console = new Console();
        proxy = NeonProxy.before(database);
        role = RotatedRole.of(database);
        twin = RotatedRole.of(database);
    }

    @AfterEach
    void end() throws Exception {
        service.stop();
        role.close();
        twin.close();
        proxy.close();
        console.close();
    }

    private Path file() {
        return directory.resolve("secret");
    }

    private String url() {
        return proxy.url(database) + "?sslmode=disable";
    }

    private void start(String pooling, String setting) {
        pooled = pooling.equals("pooled");
        boolean inUrl = setting.equals("urlFile");
        if (inUrl) {
            role.writeUrl(file(), url());
        } else {
            role.writePassword(file());
        }
        service = TestService.at(
                inUrl ? "" : role.urlWithoutPassword(url()),
                ConfigOverride.config("database." + setting, file().toString()),
                ConfigOverride.config("database.pooling", pooling),
                ConfigOverride.config("database.pooled.keep", "2"),
                ConfigOverride.config("database.pooled.overflow", "0"),
                ConfigOverride.config("logging.loggers.com\\.ketomealplan", "DEBUG"));
    }

    /** Each client reads and writes until it is over, and returns what it was refused. */
    private List<CompletableFuture<List<String>>> load() {
        return Clients.start(CLIENTS, () -> {
            int client = numbers.getAndIncrement();
            List<String> refused = new ArrayList<>();
            while (!over.get()) {
                HttpResponse<String> write = service.post(
                        "/complex-operation",
                        "{\"email\":\"%s@example.com\",\"quiz_data\":{}}".formatted(UUID.randomUUID()));
                HttpResponse<String> read = service.get("/users/" + UUID.randomUUID());
                if (write.statusCode() != 201 || read.statusCode() != 404) {
                    refused.add(write.statusCode() + write.body() + read.statusCode() + read.body());
                }
                answered.incrementAndGet(client);
            }
            return refused;
        });
    }

    /** Where sessions last: so that others are begun. */
    private void killSessions() throws Exception {
        if (pooled) {
            role.killSessions();
            twin.killSessions();
        }
    }

    /** Sessions end and others are begun, and each client is answered. */
    private void renewSessions() throws Exception {
        int before = proxy.logins();
        killSessions();
        Soon.await().atMost(Duration.ofSeconds(60)).until(() -> proxy.logins() > before);
        for (int client = 0; client < CLIENTS; client++) {
            int answers = answered.get(client);
            int index = client;
            Soon.await().atMost(Duration.ofSeconds(60)).until(() -> answered.get(index) > answers);
        }
    }

    /** Between the role's change and the file's, in which somebody may log in. */
    private static void pause() {
        LockSupport.parkNanos(
                Duration.ofMillis(ThreadLocalRandom.current().nextInt(30)).toNanos());
    }

    private void rotate(String setting, boolean roleFirst) throws Exception {
        role.renew();
        if (roleFirst) {
            role.alter();
            killSessions(); // so that somebody does
            pause();
        }
        if (setting.equals("urlFile")) {
            role.writeUrl(file(), url());
        } else {
            role.writePassword(file());
        }
        if (!roleFirst) {
            killSessions();
            pause();
            role.alter();
        }
    }

    private void assertThatNobodyWasRefused(List<CompletableFuture<List<String>>> clients, String scenario) {
        over.set(true);
        List<String> refused =
                Clients.join(clients).stream().flatMap(List::stream).toList();
        int requests = 0;
        for (int client = 0; client < CLIENTS; client++) {
            requests += 2 * answered.get(client);
        }
        assertThat(refused).isEmpty();
        Soon.await()
                .until(() -> console.text().contains("New password of user ")
                        || console.text().contains("Log-in user changed to "));
        assertThat(console.text()).doesNotContain(RotatedRole.SECRET);
        ScenarioTable.row(scenario, requests, requests, 0, 0);
    }

    /**
     * Pooled, log-ins are one after the other when all sessions have ended; per request, some are under way at once. A log-in that began
     * before a change may be answered after it, and its session serves until the next one, which is then noticed for both.
     */
    @ParameterizedTest
    @CsvSource({"pooled, urlFile", "per_request, passwordFile"})
    void oneRole(String pooling, String setting) throws Exception {
        start(pooling, setting);
        List<CompletableFuture<List<String>>> clients = load();
        int most = 0;
        int mostSoFar = 0;
        for (int rotation = 1; rotation <= ROTATIONS; rotation++) {
            int before = proxy.refusedLogins();
            rotate(setting, rotation % 2 == 0);
            renewSessions();
            most = Math.max(most, proxy.refusedLogins() - before);
            mostSoFar = Math.max(mostSoFar, proxy.refusedLogins() - rotation);
        }
        System.out.printf(
                "%d rotations, %s, %s: %d refused log-ins, at most %d a rotation%n",
                ROTATIONS, pooling, setting, proxy.refusedLogins(), most);

        assertThatNobodyWasRefused(clients, "The password of the one role is changed, " + pooling + ", " + setting);
        if (pooled) {
            assertThat(mostSoFar).as("more than one for each rotation").isZero();
        } else {
            assertThat(most).isLessThanOrEqualTo(CLIENTS + 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"pooled, passwordFile", "per_request, urlFile"})
    @Tag("campaign-only")
    void oneRoleByTheOtherFile(String pooling, String setting) throws Exception {
        oneRole(pooling, setting);
    }

    @Tag("campaign-only")
    @Test
    void twoRolesInTurn() throws Exception {
        start("pooled", "urlFile");
        List<CompletableFuture<List<String>>> clients = load();
        for (int rotation = 1; rotation <= ROTATIONS; rotation++) {
            RotatedRole next = rotation % 2 == 0 ? role : twin;
            RotatedRole last = rotation % 2 == 0 ? twin : role;
            next.renew();
            next.alter();
            next.writeUrl(file(), url());
            renewSessions();
            Soon.await().atMost(Duration.ofSeconds(60)).until(() -> {
                last.killSessions(); // of a log-in too that was under way as the file was replaced
                return last.sessions() == 0;
            });
        }

        assertThatNobodyWasRefused(clients, "Two roles, whose passwords are changed in turn");
        assertThat(proxy.refusedLogins()).isZero();
        assertThat(service.gauge("pool.database.max")).isEqualTo(2); // it is the same pool
    }
}
