package com.ketomealplan.testing;

import com.fasterxml.jackson.annotation.JsonView;
import com.ketomealplan.KetoMealPlanConfiguration;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.http.HttpBundle;
import com.ketomealplan.http.drain.Readiness;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.telemetry.TelemetryBundle;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jersey.PATCH;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.MessageBodyWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** A stranger's service over the layer, with resources as ours has none. Each one that acts adds a row to {@code things}. */
public final class Strangers extends Application<KetoMealPlanConfiguration> {

    public static final String TABLE = "CREATE TABLE things (name text, at timestamptz DEFAULT now())";

    private final TelemetryBundle<KetoMealPlanConfiguration> telemetry =
            new TelemetryBundle<>("strangers", KetoMealPlanConfiguration::tracingEndpoint);
    private final HttpBundle<KetoMealPlanConfiguration> http =
            new HttpBundle<>(KetoMealPlanConfiguration::http, telemetry);
    private final NeonBundle<KetoMealPlanConfiguration> neon =
            new NeonBundle<>(KetoMealPlanConfiguration::database).withMetricsIn(telemetry.metrics());

    @Override
    public void initialize(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
        bootstrap.setConfigurationFactoryFactory(ReportingConfigurationFactory.reading(System.getenv()));
        bootstrap.addBundle(telemetry);
        bootstrap.addBundle(http);
        bootstrap.addBundle(neon);
    }

    @Override
    public void run(KetoMealPlanConfiguration configuration, Environment environment) {
        DatabaseProbe probe = neon.probe();
        http.showProbes(environment, Readiness.of("database", probe::conditionLabel, probe::notReadyReason));
        environment.jersey().register(new CsvWriter());
        environment.jersey().register(new Things(neon.sqlObject(ThingDao.class)));
    }

    /** Its SQL. */
    public interface ThingDao {
        @SqlUpdate("INSERT INTO things (name) VALUES (:name)")
        void add(String name);

        @SqlUpdate("INSERT INTO things (name) VALUES (current_setting('transaction_isolation'))")
        @Transaction(TransactionIsolationLevel.SERIALIZABLE)
        void addSerializable();

        @SqlQuery("SELECT name FROM things")
        List<String> names();
    }

    /** What is seen of a thing. */
    public static final class Thing {
        /** Those who are not told all. */
        public static final class Public {}

        /** Us. */
        public static final class Internal {}

        @JsonView(Public.class)
        public final String name = "visible";

        @JsonView(Internal.class)
        public final String secret = "hidden";
    }

    /** Cannot be written. */
    public static final class Unwritable {
        public String getName() {
            throw new IllegalStateException("no name");
        }
    }

    /** Is written as CSV. */
    public record Row(String a, String b) {}

    private static final class CsvWriter implements MessageBodyWriter<Row> {
        @Override
        public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType as) {
            return type == Row.class && as.isCompatible(MediaType.valueOf("text/csv"));
        }

        @Override
        public void writeTo(
                Row row,
                Class<?> type,
                Type generic,
                Annotation[] annotations,
                MediaType as,
                MultivaluedMap<String, Object> headers,
                OutputStream out)
                throws IOException {
            headers.putSingle("Content-Disposition", "attachment");
            out.write((row.a() + "," + row.b() + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Its resources. */
    @Path("/")
    @Produces(MediaType.APPLICATION_JSON)
    public static final class Things {

        private final ThingDao things;

        Things(ThingDao things) {
            this.things = things;
        }

        @POST
        @Path("text")
        @Transaction
        public String text() {
            things.add("text");
            return "{\"text\":true}";
        }

        @POST
        @Path("bytes")
        @Produces(MediaType.APPLICATION_OCTET_STREAM)
        @Transaction
        public byte[] bytes() {
            things.add("bytes");
            return new byte[] {0, 1, 127};
        }

        @POST
        @Path("optional")
        @Transaction
        public Optional<Row> optional() {
            things.add("optional");
            return Optional.of(new Row("a", "b"));
        }

        @POST
        @Path("view")
        @Transaction
        @JsonView(Thing.Public.class)
        public Thing view() {
            things.add("view");
            return new Thing();
        }

        @POST
        @Path("csv")
        @Produces({"text/csv", MediaType.APPLICATION_JSON})
        @Transaction
        public Row csv() {
            things.add("csv");
            return new Row("a", "b");
        }

        @POST
        @Path("headers")
        @Transaction
        public Response headers() {
            things.add("headers");
            return Response.accepted(new Row("a", "b"))
                    .tag(new EntityTag("v1"))
                    .cookie(new NewCookie.Builder("session").value("s").build())
                    .header("X-Kind", "row")
                    .build();
        }

        @POST
        @Path("nothing")
        @Transaction
        public void nothing() {
            things.add("nothing");
        }

        @PATCH
        @Path("changed")
        @Transaction
        public Row changed() {
            things.add("changed");
            return new Row("a", "b");
        }

        @POST
        @Path("stream")
        @Transaction
        public String stream(InputStream body) throws IOException {
            String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            things.add(text);
            return "\"" + text + "\"";
        }

        @POST
        @Path("large")
        @Transaction
        public String large() {
            things.add("large");
            return "\"" + "x".repeat(300 * 1024) + "\"";
        }

        @POST
        @Path("unwritable")
        @Transaction
        public Unwritable unwritable() {
            things.add("unwritable");
            return new Unwritable();
        }

        @POST
        @Path("error")
        @Transaction
        public String error() {
            things.add("error");
            throw new StackOverflowError("in a method");
        }

        @POST
        @Path("later")
        public CompletionStage<String> later() {
            return CompletableFuture.completedFuture("\"later\"");
        }

        /** No unit of work around it: each statement is one of its own. */
        @POST
        @Path("serializable")
        public String serializable() {
            things.addSerializable();
            return "\"serializable\"";
        }

        @POST
        @Path("nested")
        @Transaction
        public String nested() {
            things.addSerializable();
            return "\"nested\"";
        }

        @GET
        @Path("writes")
        @Transaction(readOnly = true)
        public String writes() {
            things.add("writes");
            return "\"writes\"";
        }
    }
}
