package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.health.HealthCheck;
import com.ketomealplan.KetoMealPlanConfiguration;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.idempotency.IdempotentWork;
import com.ketomealplan.testing.LoggedLines;
import com.ketomealplan.testing.Strangers;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jdbi.v3.sqlobject.transaction.Transaction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another service's resources return: it goes out as JAX-RS writes it, the second time as the first, and before it is too late. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NeverDoubledOnAnyResourceTest {

    private final TestDatabase database = TestDatabase.migrated();
    private final TestService service = start();

    private TestService start() {
        database.jdbi().useHandle(handle -> handle.execute(Strangers.TABLE));
        return TestService.of(Strangers.class, database.url());
    }

    @BeforeEach
    void empty() {
        database.jdbi().useHandle(handle -> handle.execute("TRUNCATE things, idempotency_keys"));
    }

    @AfterAll
    void stop() {
        service.stop();
    }

    private HttpResponse<String> post(String path, String... headers) {
        return service.send("POST", path, "body", headers);
    }

    private List<String> things() {
        return database.jdbi().withHandle(handle -> handle.createQuery("SELECT name FROM things")
                .mapTo(String.class)
                .list());
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "bytes", "optional", "view", "csv", "headers", "nothing", "stream"})
    void aRepetitionIsAnsweredAsWithoutAKey(String path) {
        HttpResponse<String> plain = post("/" + path);
        HttpResponse<String> first = post("/" + path, "Idempotency-Key", "k1");
        HttpResponse<String> second = post("/" + path, "Idempotency-Key", "k1");

        assertThat(things()).hasSize(2);
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(second.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(Stream.of(first, second)).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(plain.statusCode()).isBetween(200, 204);
            assertThat(answer.body()).isEqualTo(plain.body());
            for (String header :
                    List.of("Content-Type", "Content-Length", "ETag", "Content-Disposition", "X-Kind", "Vary")) {
                assertThat(answer.headers().allValues(header))
                        .as(header)
                        .isEqualTo(plain.headers().allValues(header));
            }
        });
    }

    @Test
    void theAnswersAreWhatTheResourcesMean() {
        assertThat(post("/text").headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(post("/view", "Idempotency-Key", "k1").body()).isEqualTo("{\"name\":\"visible\"}");
        assertThat(post("/csv", "Idempotency-Key", "k2").body()).isEqualTo("a,b\r\n");
        assertThat(post("/csv", "Idempotency-Key", "k3", "Accept", "application/json")
                        .body())
                .isEqualTo("{\"a\":\"a\",\"b\":\"b\"}");
        assertThat(post("/csv", "Idempotency-Key", "k4", "Accept", "image/png").statusCode())
                .isEqualTo(406);
        assertThat(post("/stream", "Idempotency-Key", "k5").body()).isEqualTo("\"body\"");
    }

    @Test
    void aRepetitionHasNothingOfTheFirstSessionAndItsOwnId() {
        HttpResponse<String> first = post("/headers", "Idempotency-Key", "k1");
        HttpResponse<String> second = post("/headers", "Idempotency-Key", "k1");

        assertThat(first.headers().firstValue("Set-Cookie")).isPresent();
        assertThat(second.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(second.headers().allValues("X-Request-Id"))
                .hasSize(1)
                .isNotEqualTo(first.headers().allValues("X-Request-Id"));
    }

    @Test
    void patchHonoursKeysToo() {
        HttpResponse<String> first = service.send("PATCH", "/changed", "{}", "Idempotency-Key", "k1");
        HttpResponse<String> second = service.send("PATCH", "/changed", "{}", "Idempotency-Key", "k1");

        assertThat(second.body()).isEqualTo(first.body());
        assertThat(things()).containsExactly("changed");
    }

    @Test
    void whatCannotBeWrittenIsNotStored() {
        assertThat(post("/unwritable").statusCode()).isEqualTo(500);
        assertThat(post("/unwritable", "Idempotency-Key", "k1").statusCode()).isEqualTo(500);

        assertThat(things()).isEmpty();
        assertThat(database.count("idempotency_keys")).isZero();
    }

    @Test
    void anErrorStoresNothingAndIsNotShown() {
        assertThat(post("/error").statusCode()).isEqualTo(500);
        HttpResponse<String> keyed = post("/error", "Idempotency-Key", "k1");

        assertThat(keyed.statusCode()).isEqualTo(500);
        assertThat(keyed.body()).doesNotContain("StackOverflow", "in a method");
        assertThat(things()).isEmpty();
        assertThat(database.count("idempotency_keys")).isZero();
    }

    @Test
    void anAnswerThatIsTooLargeIsNotKeptAndTheLogSaysSo() {
        try (LoggedLines log = LoggedLines.of(IdempotentWork.class)) {
            assertThat(post("/large", "Idempotency-Key", "k1").statusCode()).isEqualTo(200);
            assertThat(log.all())
                    .singleElement()
                    .asString()
                    .contains("not stored", "maxStoredAnswer")
                    .doesNotContain("k1");
        }
        assertThat(database.count("idempotency_keys")).isZero();
        assertThat(post("/large", "Idempotency-Key", "k1").body()).hasSize(300 * 1024 + 2);
        assertThat(things()).hasSize(2);
    }

    @Test
    void whatAnswersLaterRefusesKeys() {
        assertThat(post("/later").body()).isEqualTo("\"later\"");

        HttpResponse<String> refused = post("/later", "Idempotency-Key", "k1");

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(TestService.json(refused).get("type").asText())
                .isEqualTo("urn:problem-type:idempotency-key-unsupported");
    }

    @Test
    void aKeyGivesAMethodWithoutAUnitOneAtTheLevelOfItsParts() {
        assertThat(post("/serializable").statusCode()).isEqualTo(200);
        for (int i = 0; i < 3; i++) {
            assertThat(post("/serializable", "Idempotency-Key", "k1").statusCode())
                    .isEqualTo(200);
        }
        assertThat(post("/serializable", "Idempotency-Key", "k2").statusCode()).isEqualTo(200);

        assertThat(things()).containsExactly("serializable", "serializable", "serializable");
    }

    @Test
    void aUnitInsideOneThatIsLessIsRefusedByName() {
        try (LoggedLines log = LoggedLines.of("com.ketomealplan.http")) {
            assertThat(post("/nested").statusCode()).isEqualTo(500);
            assertThat(String.join("\n", log.all())).contains("ThingDao.addSerializable asks for SERIALIZABLE");
        }
        assertThat(things()).isEmpty();
    }

    @Test
    void aWriteInAUnitThatReadsIsTheProgramsMistake() {
        try (LoggedLines log = LoggedLines.of("com.ketomealplan.neon.web")) {
            HttpResponse<String> answer = service.get("/writes");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(TestService.json(answer).get("retryable").asBoolean()).isFalse();
            assertThat(String.join("\n", log.all())).contains("Things.writes writes, although its");
        }
        assertThat(things()).isEmpty();
    }

    /** A service whose unit of work would be over before its answer is known. */
    public static final class Hasty extends Application<KetoMealPlanConfiguration> {

        @Override
        public void initialize(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
            bootstrap.setConfigurationFactoryFactory(ReportingConfigurationFactory.reading(System.getenv()));
            bootstrap.addBundle(new NeonBundle<>(KetoMealPlanConfiguration::database));
        }

        @Override
        public void run(KetoMealPlanConfiguration configuration, Environment environment) {
            environment.healthChecks().register("readiness", new ProbeOfNothing());
            environment.jersey().register(new Later());
        }

        /** Its resource. */
        @Path("/")
        public static final class Later {
            @POST
            @Transaction
            public CompletionStage<String> later() {
                return CompletableFuture.completedFuture("");
            }
        }

        private static final class ProbeOfNothing extends HealthCheck {
            @Override
            protected Result check() {
                return Result.healthy();
            }
        }
    }

    @Test
    void aUnitThatEndsBeforeItsAnswerIsRefusedAtStart() {
        assertThatThrownBy(() -> TestService.of(Hasty.class, database.url()))
                .hasStackTraceContaining("@Transaction on")
                .hasStackTraceContaining("Later.later()");
    }
}
