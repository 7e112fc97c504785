package com.ketomealplan.documentation.notes;

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
import java.util.Map;
import java.util.Objects;

/** A service with the example's resource alone. */
public final class NotesApplication extends Application<KetoMealPlanConfiguration> {

    private final TelemetryBundle<KetoMealPlanConfiguration> telemetry =
            new TelemetryBundle<>("notes", KetoMealPlanConfiguration::tracingEndpoint);
    private final HttpBundle<KetoMealPlanConfiguration> http =
            new HttpBundle<>(KetoMealPlanConfiguration::http, telemetry);

    private final NeonBundle<KetoMealPlanConfiguration> neon = new NeonBundle<>(KetoMealPlanConfiguration::database)
            .identifyingCallersBy(
                    request -> Objects.toString(request.getSecurityContext().getUserPrincipal()));

    @Override
    public void initialize(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
        bootstrap.setConfigurationFactoryFactory(ReportingConfigurationFactory.reading(Map.of()));
        bootstrap.addBundle(telemetry);
        bootstrap.addBundle(http);
        bootstrap.addBundle(neon);
    }

    @Override
    public void run(KetoMealPlanConfiguration configuration, Environment environment) {
        DatabaseProbe probe = neon.probe();
        http.showProbes(environment, Readiness.of("database", probe::conditionLabel, probe::notReadyReason));
        NoteDao notes = neon.sqlObject(NoteDao.class);
        environment.jersey().register(new NoteResource(notes));
        environment.admin().addTask(new MergeTask(neon.sqlObject(MergeDao.class)));
    }
}
