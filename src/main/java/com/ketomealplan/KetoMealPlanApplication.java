package com.ketomealplan;

import com.ketomealplan.cli.CommandLine;
import com.ketomealplan.config.ReportingConfigurationFactory;
import com.ketomealplan.db.QuizResponseDao;
import com.ketomealplan.db.UserDao;
import com.ketomealplan.docs.ApiDocs;
import com.ketomealplan.http.HttpBundle;
import com.ketomealplan.http.admin.AdminAccess;
import com.ketomealplan.http.drain.Readiness;
import com.ketomealplan.logging.JsonOutput;
import com.ketomealplan.logging.LastLines;
import com.ketomealplan.logging.QuietRequestLog;
import com.ketomealplan.neon.NeonBundle;
import com.ketomealplan.neon.health.DatabaseProbe;
import com.ketomealplan.neon.url.Secret;
import com.ketomealplan.resources.ComplexOperationResource;
import com.ketomealplan.resources.HealthResource;
import com.ketomealplan.resources.QuizResponseResource;
import com.ketomealplan.resources.UserResource;
import com.ketomealplan.telemetry.TelemetryBundle;
import com.ketomealplan.training.StartReport;
import com.ketomealplan.training.TrainCommand;
import io.dropwizard.core.Application;
import io.dropwizard.core.cli.CheckCommand;
import io.dropwizard.core.cli.ServerCommand;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/** The application: installs the bundles and the resources. */
public final class KetoMealPlanApplication extends Application<KetoMealPlanConfiguration> {

    static final String NAME = "keto-meal-plan-api";

    private final TelemetryBundle<KetoMealPlanConfiguration> telemetry =
            new TelemetryBundle<>(NAME, KetoMealPlanConfiguration::tracingEndpoint);
    private final HttpBundle<KetoMealPlanConfiguration> http =
            new HttpBundle<>(KetoMealPlanConfiguration::http, telemetry);
    private final NeonBundle<KetoMealPlanConfiguration> neon = new NeonBundle<>(KetoMealPlanConfiguration::database)
            .withMetricsIn(telemetry.metrics())
            .withTracingBy(telemetry::tracing)
            .showing(configuration -> configuration.effective().values());

    private final Map<String, String> environment;

    /** Creates the application with the environment of this process. */
    public KetoMealPlanApplication() {
        this(System.getenv());
    }

    /**
     * @param environment the values of {@code ${NAME}} in the configuration
     */
    public KetoMealPlanApplication(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    public static void main(String[] arguments) {
        // Before any class is loaded that keeps the language: digits and the libraries' texts are the same everywhere
        Locale.setDefault(Locale.ROOT);
        JsonOutput.install(System.getenv(), arguments);
        int exitCode = new KetoMealPlanApplication().execute(System.out, System.err, arguments);
        if (exitCode != CommandLine.DONE) {
            System.exit(exitCode);
        }
    }

    /** Runs a command in this process, as {@link #main} does, and returns its exit code. */
    public int execute(PrintStream out, PrintStream err, String... arguments) {
        Bootstrap<KetoMealPlanConfiguration> bootstrap = new Bootstrap<>(this);
        addDefaultCommands(bootstrap);
        initialize(bootstrap);
        return CommandLine.run(bootstrap, out, err, arguments);
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public void initialize(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
        bootstrap.setConfigurationFactoryFactory(
                ReportingConfigurationFactory.reading(environment, neon::onConfigurationRead));
        bootstrap.addBundle(telemetry);
        bootstrap.addBundle(http);
        bootstrap.addBundle(neon);
        bootstrap.addCommand(new TrainCommand(System.out, environment));
    }

    /** Dropwizard's {@code server} and {@code check} commands, with descriptions. */
    @Override
    protected void addDefaultCommands(Bootstrap<KetoMealPlanConfiguration> bootstrap) {
        bootstrap.addCommand(new ServerCommand<>(this) {
            @Override
            public void configure(Subparser parser) {
                super.configure(parser);
                parser.help("Serve until the process is stopped");
            }

            /** Only a server has readers of the JVM's metrics. */
            @Override
            public void run(Bootstrap<?> own, Namespace arguments) throws Exception {
                JvmMetrics metrics = JvmMetrics.register(own);
                neon.connectEarlyIn(() -> {
                    super.run(own, arguments);
                    return null;
                });
                metrics.await();
            }

            /** Called when the server has stopped. */
            @Override
            protected void cleanup() {
                super.cleanup();
                LastLines.write();
            }
        });
        bootstrap.addCommand(new CheckCommand<>(this) {
            @Override
            public void configure(Subparser parser) {
                super.configure(parser);
                parser.help("Say what is wrong with the configuration, and do nothing else");
            }
        });
    }

    @Override
    public void run(KetoMealPlanConfiguration configuration, Environment environment) {
        UserDao users = neon.sqlObject(UserDao.class);
        QuizResponseDao quizResponses = neon.sqlObject(QuizResponseDao.class);

        environment.jersey().register(new UserResource(users));
        environment.jersey().register(new QuizResponseResource(quizResponses));
        environment.jersey().register(new ComplexOperationResource(users, quizResponses));
        environment.jersey().register(new HealthResource(NAME, configuration.deployment(), neon.pool(), neon.probe()));
        DatabaseProbe database = neon.probe();
        http.showProbes(environment, Readiness.of("database", database::conditionLabel, database::notReadyReason));
        if (configuration.docs()) {
            ApiDocs.show(environment);
        }
        environment.lifecycle().addEventListener(new QuietRequestLog());
        StartReport.afterStart(environment);
        AdminAccess.protect(
                environment,
                configuration,
                configuration.adminToken().map(Secret::reveal),
                configuration.adminHosts(),
                telemetry.metrics());
    }
}
