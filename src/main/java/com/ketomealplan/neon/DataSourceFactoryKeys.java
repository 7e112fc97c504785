package com.ketomealplan.neon;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.selfvalidating.ViolationCollector;
import jakarta.validation.constraints.AssertFalse;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Null;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of {@link io.dropwizard.db.DataSourceFactory}, so that its {@code database:} block can be kept. Those with the same meaning
 * are supported; the others are rejected with a message that names their replacement, unless their value is the fixed one.
 */
abstract class DataSourceFactoryKeys {

    private static final String ON_DEMAND =
            "is not supported: a connection is opened when a caller waits for it; leave it out";
    static final String CHECKED =
            "is not supported: each connection is checked before its use, without a query; leave it out";
    static final String ALIVE =
            "is not supported: nothing is sent to keep idle connections open, so that a compute may sleep; leave it out";
    private static final String IDLE = "is not supported: see pooled.overflowIdleTime";
    static final String UNITS = "is not supported: @Transaction sets it for each unit of work; leave it out";
    static final String LEAKS =
            "is not supported: a leaked connection is closed at the end of its request; see unitOfWork.deadlineOutsideRequests";
    static final String BY_URL = "is not supported: set it in the URL, as a parameter; options=-c%20name=value";
    private static final String ALWAYS = "is not supported: it is always on; leave it out";
    static final String FIXED = "is not supported, and has no replacement; leave it out";

    private Secret password;

    @Setting
    private String user;

    @Pattern(regexp = "org\\.postgresql\\.Driver", message = "must be org.postgresql.Driver, or left out") @Setting
    private String driverClass = org.postgresql.Driver.class.getName();

    /** Parameters to be added to the URL. */
    @Setting
    private Map<String, String> properties = Map.of();

    @Min(value = 1, message = "must be at least 1; to keep none, write pooling: per_request") @Max(value = 1000, message = "must be at most 1000") @Setting
    private Integer minSize;

    @Min(value = 1, message = "must be at least 1") @Max(value = 2000, message = "must be at most 2000") @Setting
    private Integer maxSize;

    @MinDuration(value = 1, unit = TimeUnit.SECONDS, message = "must be at least 1s")
    @Setting
    private Duration maxConnectionAge;

    @Max(value = 0, message = ON_DEMAND) @Setting
    private Integer initialSize;

    @AssertTrue(message = ON_DEMAND) @Setting
    private Boolean ignoreExceptionOnPreLoad;

    @Null(message = CHECKED) @Setting
    private Object validationQuery;

    @Null(message = CHECKED) @Setting
    private Object validationQueryTimeout;

    @Null(message = CHECKED) @Setting
    private Object validationInterval;

    @Null(message = CHECKED) @Setting
    private Object validatorClassName;

    @AssertTrue(message = CHECKED) @Setting
    private Boolean checkConnectionOnBorrow;

    @Null(message = CHECKED) @Setting
    private Object checkConnectionOnConnect;

    @Null(message = CHECKED) @Setting
    private Object checkConnectionOnReturn;

    @Null(message = CHECKED) @Setting
    private Object logValidationErrors;

    @AssertFalse(message = ALIVE) @Setting
    private Boolean checkConnectionWhileIdle;

    @Null(message = IDLE) @Setting
    private Object evictionInterval;

    @Null(message = IDLE) @Setting
    private Object minIdleTime;

    @AssertTrue(message = UNITS) @Setting
    private Boolean autoCommitByDefault;

    @AssertFalse(message = UNITS) @Setting
    private Boolean commitOnReturn;

    @AssertTrue(message = UNITS) @Setting
    private Boolean rollbackOnReturn;

    @AssertFalse(message = UNITS) @Setting
    private Boolean readOnlyByDefault;

    @Null(message = UNITS) @Setting
    private Object defaultTransactionIsolation;

    @Null(message = LEAKS) @Setting
    private Object removeAbandoned;

    @Null(message = LEAKS) @Setting
    private Object removeAbandonedTimeout;

    @Null(message = LEAKS) @Setting
    private Object logAbandonedConnections;

    @Null(message = LEAKS) @Setting
    private Object abandonWhenPercentageFull;

    @Null(message = BY_URL) @Setting
    private Object initializationQuery;

    @Null(message = "is not supported: the database is the path of the url") @Setting
    private Object defaultCatalog;

    @AssertTrue(message = ALWAYS) @Setting
    private Boolean autoCommentsEnabled;

    @AssertTrue(message = ALWAYS) @Setting
    private Boolean useFairQueue;

    @AssertFalse(message = FIXED) @Setting
    private Boolean alternateUsernamesAllowed;

    @Null(message = FIXED) @Setting
    private Object jdbcInterceptors;

    @JsonSetter(value = "password", nulls = Nulls.SKIP)
    private void setPassword(String text) {
        password = text.isEmpty() ? null : new Secret(text);
    }

    /** Returns the URL with the user, the password and the properties, as far as it has none. */
    final String complete(String url) {
        int scheme = url.indexOf("://");
        if (scheme < 0) {
            return url; // rejected when it is parsed
        }
        StringBuilder completed = new StringBuilder(url);
        if (hasUser() && !hasUser(url)) {
            String secret = password == null ? "" : ":" + Endpoint.percentEncoded(password.reveal());
            completed.insert(scheme + "://".length(), Endpoint.percentEncoded(user) + secret + "@");
        }
        if (parameters().findAny().isPresent()) {
            completed
                    .append(url.indexOf('?', Math.max(0, endOfUser(url))) < 0 ? '?' : '&')
                    .append(parameters()
                            .map(name ->
                                    Endpoint.percentEncoded(name) + "=" + Endpoint.percentEncoded(properties.get(name)))
                            .collect(Collectors.joining("&")));
        }
        return completed.toString();
    }

    /** Returns the names of the properties that are parameters of a URL; the others are rejected by {@link #checkKeys}. */
    private Stream<String> parameters() {
        return properties.keySet().stream().filter(Endpoint::isParameter).sorted();
    }

    private boolean hasUser() {
        return user != null && !user.isEmpty();
    }

    private static boolean hasUser(String url) {
        return endOfUser(url) >= 0 || url.matches("(?s).*[?&]user=.*");
    }

    /** Returns where the user and the password end, which may contain a question mark: at the first @ before a slash; -1 if there are none. */
    private static int endOfUser(String url) {
        int begin = url.indexOf("://") + "://".length();
        int at = url.indexOf('@', begin);
        int slash = url.indexOf('/', begin);
        return slash < 0 || at < slash ? at : -1;
    }

    /** Reports settings that contradict each other. */
    final void checkKeys(Optional<String> url, boolean hasPooled, boolean reuses, ViolationCollector violations) {
        if (hasUser() && url.filter(text -> !hasUser(text)).isEmpty()) {
            violations.addViolation("user", "is for a url without a user; leave one of them out");
        }
        if (password != null && !hasUser()) {
            violations.addViolation("password", "is for a user, which is missing");
        }
        if (!properties.isEmpty() && url.isEmpty()) {
            violations.addViolation("properties", "are for a url, which is missing");
        }
        properties.keySet().stream()
                .filter(name -> !Endpoint.isParameter(name))
                .sorted()
                .forEach(name -> violations.addViolation(
                        "properties",
                        "has " + name + ", which is no parameter of a database URL" + Endpoint.adviceFor(name)));
        boolean ofPool = minSize != null || maxSize != null || maxConnectionAge != null;
        if (ofPool && !reuses) {
            violations.addViolation(
                    "pooling",
                    "is per_request, the default in production, where minSize, maxSize and maxConnectionAge have no effect;"
                            + " set it to pooled, or perRequest.maxConnections in their place");
        }
        if (hasPooled && ofPool) {
            violations.addViolation(
                    "pooled",
                    "is set beside minSize, maxSize or maxConnectionAge, which are its keep, keep + overflow and"
                            + " maxConnectionAge by other names; leave one of them out");
        }
        if (minSize != null && maxSize != null && minSize > maxSize) {
            violations.addViolation("minSize", "must be at most maxSize");
        }
    }

    /** Returns the settings of the pool with those of these keys. */
    final PooledSettings pooledBy(PooledSettings settings) {
        int most = maxSize == null ? settings.keep() + settings.overflow() : maxSize;
        int keep = Math.min(most, minSize == null ? settings.keep() : minSize);
        return new PooledSettings(
                keep,
                Math.max(most - keep, 0),
                settings.overflowIdleTime(),
                maxConnectionAge == null ? settings.maxConnectionAge() : maxConnectionAge);
    }
}
