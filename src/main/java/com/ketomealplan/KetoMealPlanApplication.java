package com.ketomealplan;

import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.db.QuizResponseDao;
import com.ketomealplan.db.UserDao;
import com.ketomealplan.http.AdminAccess;
import com.ketomealplan.http.HttpBundle;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.resources.ComplexOperationResource;
import com.ketomealplan.resources.HealthResource;
import com.ketomealplan.resources.QuizResponseResource;
import com.ketomealplan.resources.UserResource;
import com.ketomealplan.telemetry.TelemetryBundle;
import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;

/** What the service is made of. */
public final class KetoMealPlanApplication extends Application<KetoMealPlanConfiguration> {

    static final String NAME = "keto-meal-plan-api";

    private final TelemetryBundle<KetoMealPlanConfiguration> telemetry =
            new TelemetryBundle<>(NAME, KetoMealPlanConfiguration::tracingEndpoint);
    private final HttpBundle<KetoMealPlanConfiguration> http =
            new HttpBundle<>(KetoMealPlanConfiguration::http, telemetry);
    private final NeonBundle<KetoMealPlanConfiguration> neon =
            new NeonBundle<>(KetoMealPlanConfiguration::database, telemetry);

    public static void main(String[] arguments) throws Exception {
        new KetoMealPlanApplication().run(arguments);
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public void initialize(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
        bootstrap.setConfigurationFactoryFactory(ReportingConfigurationFactory.reading(System.getenv()));
        bootstrap.addBundle(telemetry);
        bootstrap.addBundle(http);
        bootstrap.addBundle(neon);
    }

    @Override
    public void run(KetoMealPlanConfiguration configuration, Environment environment) {
        UserDao users = neon.sqlObject(UserDao.class);
        QuizResponseDao quizResponses = neon.sqlObject(QuizResponseDao.class);

        environment.jersey().register(new UserResource(users));
        environment.jersey().register(new QuizResponseResource(users, quizResponses));
        environment.jersey().register(new ComplexOperationResource(users, quizResponses));
        environment.jersey().register(new HealthResource(NAME, configuration.deployment(), neon.pool(), neon.probe()));
        http.showProbes(environment, neon.probe());
        neon.showConsole(NAME, configuration.effective().values(), environment);
        AdminAccess.protect(
                environment,
                configuration,
                configuration.adminToken().map(Secret::reveal),
                configuration.adminHosts(),
                telemetry.metrics());
    }
}
