package com.ketomealplan.neon.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.health.DatabaseState;
import com.ketomealplan.neon.observe.Observation;
import com.ketomealplan.neon.observe.StatementObserver;
import com.ketomealplan.neon.pool.Pool;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The operator's page at the admin port, {@code /}, and what it shows as JSON: {@code /statements}, {@code /connections},
 * {@code /ledger}.
 */
public final class OperatorConsole {

    private static final String FILES = "/operator/";

    private static final String CHARTS = "/META-INF/resources/webjars/uplot/1.6.30/dist/";

    private static final String CHARTS_SCRIPT = "uPlot.iife.min.js";

    private final String service;
    private final WakeGate gate;
    private final Pool pool;
    private final DatabaseState state;
    private final StatementObserver statements;
    private final Observation observation;
    private final PrometheusRegistry metrics;
    private final List<Overview.Setting> configuration;
    private final Instance instance;

    /**
     * @param service the name of the service, for the title of the page
     * @param application a class of the jar that has its version
     * @param configuration the settings, without secrets
     */
    public OperatorConsole(
            String service,
            Class<?> application,
            Map<String, String> configuration,
            WakeGate gate,
            Pool pool,
            DatabaseState state,
            StatementObserver statements,
            Observation observation,
            PrometheusRegistry metrics) {
        this.service = service;
        this.instance = Instance.of(application, Instant.now());
        this.gate = gate;
        this.pool = pool;
        this.state = state;
        this.statements = statements;
        this.observation = observation;
        this.metrics = metrics;
        this.configuration = configuration.entrySet().stream()
                .map(entry -> new Overview.Setting(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Returns whether the library that draws the charts is on the class path. */
    public static boolean hasCharts() {
        return OperatorConsole.class.getResource(CHARTS + CHARTS_SCRIPT) != null;
    }

    /** Registers the page, and closes its streams when the service stops. */
    public void install(Environment environment) {
        ObjectMapper json = environment
                .getObjectMapper()
                .copy()
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
        TimeSeries series = new TimeSeries(metrics, pool, state, Clock.systemUTC());
        environment
                .lifecycle()
                .scheduledExecutorService("operator-console", true)
                .threads(1)
                .build()
                .scheduleWithFixedDelay(series::sampleSafely, 0, TimeSeries.STEP.toSeconds(), TimeUnit.SECONDS);
        EventsServlet events = new EventsServlet(json, this::overview, series::columns);
        environment.lifecycle().addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle server) {
                events.close();
            }
        });
        environment.admin().addServlet("operator-events", events).addMapping(FILES + "events");
        asset(environment, "", FILES + "index.html", "text/html;charset=utf-8");
        asset(environment, FILES + "operator.css", FILES + "operator.css", "text/css;charset=utf-8");
        asset(environment, FILES + "operator.js", FILES + "operator.js", "text/javascript;charset=utf-8");
        asset(environment, FILES + "uPlot.min.css", CHARTS + "uPlot.min.css", "text/css;charset=utf-8");
        asset(environment, FILES + "uPlot.iife.min.js", CHARTS + CHARTS_SCRIPT, "text/javascript;charset=utf-8");
        json(environment, json, "statements", this::statements);
        json(environment, json, "connections", this::connections);
        json(
                environment,
                json,
                "ledger",
                () -> Overview.Ledger.of(observation.ledger().page()));
    }

    private static void asset(Environment environment, String path, String resource, String type) {
        environment
                .admin()
                .addServlet("asset " + path, new AssetServlet(resource, type))
                .addMapping(path);
    }

    private static void json(Environment environment, ObjectMapper json, String name, Supplier<?> content) {
        environment.admin().addServlet(name, new JsonServlet(json, content)).addMapping("/" + name);
    }

    private List<Overview.Statement> statements() {
        return statements.worst().stream().map(Overview.Statement::of).toList();
    }

    private List<Overview.OpenConnection> connections() {
        return pool.connections().stream().map(Overview.OpenConnection::of).toList();
    }

    private Overview overview() {
        return new Overview(
                service,
                Instant.now(),
                instance,
                Overview.Database.of(gate.target(), state.status()),
                Overview.PoolFigures.of(pool.strategy(), pool.statistics()),
                Overview.ColdStarts.of(observation.history()),
                Overview.Route.of(Histograms.scrape(metrics).dataPoints(Histograms.REQUESTS)),
                statements(),
                Overview.Ledger.of(observation.ledger().page()),
                connections(),
                Overview.BlockedSession.of(pool.lockWaits()),
                observation.history().changes().stream()
                        .map(Overview.StateChange::of)
                        .toList(),
                configuration);
    }
}
