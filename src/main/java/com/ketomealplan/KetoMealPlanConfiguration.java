package com.ketomealplan;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.ketomealplan.config.EffectiveSettings;
import com.ketomealplan.http.AdminHosts;
import com.ketomealplan.http.DrainSettings;
import com.ketomealplan.http.HttpSettings;
import com.ketomealplan.neon.Deployment;
import com.ketomealplan.neon.NeonDataSourceFactory;
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

    /** With the time for what then still runs it is within the 30 s that Kubernetes gives. */
    private static final Duration DRAIN_TIMEOUT = Duration.seconds(15);

    private final Deployment deployment;

    @Valid private final NeonDataSourceFactory database;

    private final Optional<Secret> adminToken;
    private final List<String> adminHosts;
    private final EffectiveSettings effective;

    @Pattern(
            regexp = "https?://[^\\s/]+.*",
            message = "must be the URL of an OTLP receiver, such as http://localhost:4318")
    private final String tracingEndpoint;

    @MinDataSize(value = 1, unit = DataSizeUnit.KIBIBYTES, message = "must be at least 1KiB")
    @MaxDataSize(value = 1, unit = DataSizeUnit.GIBIBYTES, message = "must be at most 1GiB")
    private final DataSize maxBodySize;

    private final Optional<Boolean> virtualThreads;

    @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
    @MaxDuration(value = 1, unit = TimeUnit.HOURS, message = "must be at most 1h")
    private final Duration maxArrivalTime;

    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 5, unit = TimeUnit.MINUTES, message = "must be at most 5m")
    private final Duration drainTimeout;

    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 1, unit = TimeUnit.MINUTES, message = "must be at most 1m")
    private final Duration quietPeriod;

    @MinDuration(value = 0, unit = TimeUnit.SECONDS, message = "must be at least 0s")
    @MaxDuration(value = 5, unit = TimeUnit.MINUTES, message = "must be at most 5m")
    private final Duration drainTime;

    /**
     * What is null or left out has its default.
     *
     * @param environment development or production; development by default
     * @param serverless whether the process lives for a few requests only; false by default
     * @param maxBodySize of a request, uncompressed; 1 MiB by default
     * @param virtualThreads whether requests are served by virtual threads; by default on JDK 24 and newer
     * @param maxArrivalTime for the head of a request, and for its body, to arrive; 30 s by default
     * @param drainTimeout for which a process that is told to stop serves on at most, and says that it is not ready; 15 s by
     *     default
     * @param quietPeriod how long nothing has to arrive for that to end; 1 s by default
     * @param drainTime the old name of {@code drainTimeout}
     * @param tracingEndpoint where spans are sent, by OTLP over HTTP; without one nothing is traced
     * @param adminToken what a client of the admin pages has to present, if anything
     * @param adminHosts by which names the admin port is reached beside the loopback's, each text with one or some, separated
     *     by commas
     * @param effective all of this as it was read
     */
    @JsonCreator
    public KetoMealPlanConfiguration(
            @JsonProperty("environment") Deployment.Stage environment,
            @JsonProperty("serverless") Boolean serverless,
            @JsonProperty("database") NeonDataSourceFactory database,
            @JsonProperty("maxBodySize") DataSize maxBodySize,
            @JsonProperty("virtualThreads") Boolean virtualThreads,
            @JsonProperty("maxArrivalTime") Duration maxArrivalTime,
            @JsonProperty("drainTimeout") Duration drainTimeout,
            @JsonProperty("quietPeriod") Duration quietPeriod,
            @JsonProperty("drainTime") Duration drainTime,
            @JsonProperty("tracingEndpoint") String tracingEndpoint,
            @JsonProperty("adminToken") String adminToken,
            @JsonProperty("adminHosts") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                    List<String> adminHosts,
            @JacksonInject(useInput = OptBoolean.FALSE) EffectiveSettings effective) {
        this.deployment = new Deployment(
                Objects.requireNonNullElse(environment, Deployment.Stage.DEVELOPMENT),
                Objects.requireNonNullElse(serverless, false));
        this.database = Objects.requireNonNullElseGet(database, NeonDataSourceFactory::withDefaults)
                .in(deployment);
        this.maxBodySize = Objects.requireNonNullElse(maxBodySize, DataSize.mebibytes(1));
        this.virtualThreads = Optional.ofNullable(virtualThreads);
        this.maxArrivalTime = Objects.requireNonNullElse(maxArrivalTime, Duration.seconds(30));
        this.drainTimeout = drainTimeout;
        this.quietPeriod = Objects.requireNonNullElse(quietPeriod, Duration.seconds(1));
        this.drainTime = drainTime;
        this.tracingEndpoint = tracingEndpoint == null || tracingEndpoint.isBlank() ? null : tracingEndpoint;
        this.adminToken = Optional.ofNullable(adminToken)
                .filter(token -> !token.isBlank())
                .map(Secret::new);
        this.adminHosts = Stream.ofNullable(adminHosts)
                .flatMap(List::stream)
                .filter(Objects::nonNull)
                .flatMap(text -> Stream.of(text.split(",")))
                .map(String::strip)
                .filter(host -> !host.isEmpty())
                .toList();
        this.effective = effective;
    }

    /** What the admin port needs: no stranger who reaches it, or a token. */
    @SelfValidation
    public void validateAdminPort(ViolationCollector violations) {
        if (adminToken.isEmpty()) {
            AdminHosts.beyondLoopback(getServerFactory())
                    .forEach(number -> violations.addViolation(
                            "server.adminConnectors[" + number + "].bindHost",
                            "lets other machines reach the admin pages, which ask for no token; set ADMIN_TOKEN"
                                    + " (adminToken), or ADMIN_HOST to 127.0.0.1"));
        }
        if (!adminHosts.stream().allMatch(AdminHosts::isHost)) {
            violations.addViolation(
                    "adminHosts", "must be names or addresses, without scheme, port or *, such as admin.example.com");
        }
    }

    /** What has got a new name is not to be said twice. */
    @SelfValidation
    public void validateDrain(ViolationCollector violations) {
        if (drainTime != null && drainTimeout != null) {
            violations.addViolation(
                    "drainTime",
                    "is the old name of drainTimeout, which is there too; leave it out, and set drainTimeout in its place");
        }
    }

    /** Without secrets. */
    public EffectiveSettings effective() {
        return effective;
    }

    public Deployment deployment() {
        return deployment;
    }

    public NeonDataSourceFactory database() {
        return database;
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
                virtualThreads);
    }

    public Optional<String> tracingEndpoint() {
        return Optional.ofNullable(tracingEndpoint);
    }

    public Optional<Secret> adminToken() {
        return adminToken;
    }

    public List<String> adminHosts() {
        return adminHosts;
    }
}
