package com.ketomealplan;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.ketomealplan.config.EffectiveSettings;
import com.ketomealplan.http.CorsSettings;
import com.ketomealplan.http.HttpSettings;
import com.ketomealplan.http.admin.AdminHosts;
import com.ketomealplan.http.drain.DrainSettings;
import com.ketomealplan.neon.Deployment;
import com.ketomealplan.neon.NeonDataSourceFactory;
import com.ketomealplan.neon.Setting;
import com.ketomealplan.neon.url.Secret;
import io.dropwizard.core.Configuration;
import io.dropwizard.util.DataSize;
import io.dropwizard.util.DataSizeUnit;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MaxDataSize;
import io.dropwizard.validation.MaxDuration;
import io.dropwizard.validation.MinDataSize;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.selfvalidating.SelfValidating;
import io.dropwizard.validation.selfvalidating.SelfValidation;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code config.yml} as a type. */
@SelfValidating
public final class KetoMealPlanConfiguration extends Configuration {

    /** Ends within the 30 s of Kubernetes, together with the time for running requests. */
    private static final Duration DRAIN_TIMEOUT = Duration.seconds(15);

    /** The stage: development or production. */
    @Setting
    private Deployment.Stage environment = Deployment.Stage.DEVELOPMENT;

    /** Whether the process is short-lived. */
    @Setting
    private Boolean serverless = false;

    @Setting
    private NeonDataSourceFactory database = NeonDataSourceFactory.withDefaults();

    /** The largest body of a request, uncompressed. */
    @MinDataSize(value = 1, unit = DataSizeUnit.KIBIBYTES, message = "must be at least 1KiB")
    @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES, message = "must be at most 1GiB")
    @Setting
    private DataSize maxBodySize = DataSize.mebibytes(1);

    /** The origins whose pages may read responses in a browser; none by default. */
    @Valid @Setting
    private CorsSettings cors = CorsSettings.NONE;

    /** Whether the API's document and its pages are served. */
    @Setting
    private Boolean docs = true;

    /** Whether requests are served by virtual threads; by default on JDK 24 and newer. */
    @Setting
    private Boolean virtualThreads;

    /** The time for the head of a request to arrive, and for its body. */
    @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
    @MaxDuration(value = 1, unit = TimeUnit.HOURS, message = "must be at most 1h")
    @Setting
    private Duration maxArrivalTime = Duration.seconds(30);

    /** How long a process that is stopped keeps serving at most, while it is not ready; 15 s by default. */
    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 5, unit = TimeUnit.MINUTES, message = "must be at most 5m")
    @Setting
    private Duration drainTimeout;

    /** The time without a request after which the drain ends. */
    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 1, unit = TimeUnit.MINUTES, message = "must be at most 1m")
    @Setting
    private Duration quietPeriod = Duration.seconds(1);

    /** The old name of {@code drainTimeout}. */
    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 5, unit = TimeUnit.MINUTES, message = "must be at most 5m")
    @Setting
    private Duration drainTime;

    /** The URL to which spans are sent, by OTLP over HTTP; without one nothing is traced. */
    @Pattern(
            regexp = "\\s*|https?://[^\\s/]+.*",
            message = "must be the URL of an OTLP receiver, such as http://localhost:4318")
    @Setting
    private String tracingEndpoint = "";

    private Secret adminToken = new Secret("");

    /** The host names of the admin port beside those of the loopback interface; a text may have several, separated by commas. */
    @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
    @Setting
    private List<String> adminHosts = List.of();

    /** The settings in effect, for the operator's page. */
    @JacksonInject(useInput = OptBoolean.FALSE)
    private EffectiveSettings effective;

    /** Sets the token that clients of the admin pages must send. */
    @JsonSetter(value = "adminToken", nulls = Nulls.SKIP)
    private void setAdminToken(String text) {
        adminToken = new Secret(text);
    }

    /** Reports an admin port that other machines reach without a token, and invalid host names. */
    @SelfValidation
    public void validateAdminPort(ViolationCollector violations) {
        if (adminToken().isEmpty()) {
            AdminHosts.beyondLoopback(getServerFactory())
                    .forEach(number -> violations.addViolation(
                            "server.adminConnectors[" + number + "].bindHost",
                            "lets other machines reach the admin pages, which ask for no token; set ADMIN_TOKEN"
                                    + " (adminToken), or ADMIN_HOST to 127.0.0.1"));
        }
        if (!adminHosts().stream().allMatch(AdminHosts::isHost)) {
            violations.addViolation(
                    "adminHosts", "must be names or addresses, without scheme, port or *, such as admin.example.com");
        }
    }

    /** Reports a setting that is written by its old and its new name. */
    @SelfValidation
    public void validateDrain(ViolationCollector violations) {
        if (drainTime != null && drainTimeout != null) {
            violations.addViolation(
                    "drainTime",
                    "is the old name of drainTimeout, which is there too; leave it out, and set drainTimeout in its place");
        }
    }

    /** Returns the settings in effect, without secrets. */
    public EffectiveSettings effective() {
        return effective;
    }

    public Deployment deployment() {
        return new Deployment(environment, serverless);
    }

    public NeonDataSourceFactory database() {
        return database.in(deployment());
    }

    /** Returns the block that Bean Validation checks. */
    @Valid public NeonDataSourceFactory getDatabase() {
        return database();
    }

    public HttpSettings http() {
        Duration drain = Stream.of(drainTimeout, drainTime)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(DRAIN_TIMEOUT);
        return new HttpSettings(
                maxBodySize.toBytes(),
                maxArrivalTime.toJavaDuration(),
                new DrainSettings(drain.toJavaDuration(), quietPeriod.toJavaDuration(), drainTime != null),
                cors,
                Optional.ofNullable(virtualThreads));
    }

    public boolean docs() {
        return docs;
    }

    public Optional<String> tracingEndpoint() {
        return Optional.of(tracingEndpoint).filter(url -> !url.isBlank());
    }

    public Optional<Secret> adminToken() {
        return Optional.of(adminToken).filter(token -> !token.reveal().isBlank());
    }

    public List<String> adminHosts() {
        return adminHosts.stream()
                .flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .toList();
    }
}
