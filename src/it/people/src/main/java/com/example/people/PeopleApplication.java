package com.example.people;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.NeonDataSourceFactory;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.List;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;
import org.jdbi.v3.sqlobject.transaction.Transaction;

/** Dropwizard's example, in miniature. */
public class PeopleApplication extends Application<PeopleApplication.Settings> {

    public static class Settings extends Configuration {
        @Valid @NotNull @JsonProperty
        NeonDataSourceFactory database = NeonDataSourceFactory.withDefaults();
    }

    public interface PersonDao {
        @SqlUpdate("INSERT INTO people (name) VALUES (:name)")
        void add(String name);

        @SqlQuery("SELECT name FROM people ORDER BY id")
        List<String> names();
    }

    @Path("/people")
    public record PeopleResource(PersonDao people) {
        @POST
        @Transaction
        public void add(String name) {
            people.add(name);
        }

        @GET
        @Transaction(readOnly = true)
        public String names() {
            return String.join("\n", people.names());
        }
    }

    private final NeonBundle<Settings> neon = new NeonBundle<>(settings -> settings.database);

    public static void main(String[] arguments) throws Exception {
        new PeopleApplication().run(arguments);
    }

    @Override
    public void initialize(Bootstrap<Settings> bootstrap) {
        bootstrap.addBundle(neon);
    }

    @Override
    public void run(Settings settings, Environment environment) {
        environment.jersey().register(new PeopleResource(neon.sqlObject(PersonDao.class)));
    }
}
