package com.ketomealplan.neon;

import com.ketomealplan.neon.pool.Retention;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Objects;

/**
 * The {@code perRequest:} block of {@link NeonDataSourceFactory}. What is left out has its default.
 *
 * @param maxConnections the maximum number of open connections; 50 by default
 * @param scramKeyCache whether the key of a log-in is computed once for each password, by a provider of PBKDF2; true by default
 */
public record PerRequestSettings(
        @Min(value = 1, message = "must be at least 1") @Max(value = 10_000, message = "must be at most 10000") Integer maxConnections,

        Boolean scramKeyCache) {

    static final PerRequestSettings DEFAULT = new PerRequestSettings(50, true);

    public PerRequestSettings {
        maxConnections = Objects.requireNonNullElseGet(maxConnections, () -> DEFAULT.maxConnections);
        scramKeyCache = Objects.requireNonNullElseGet(scramKeyCache, () -> DEFAULT.scramKeyCache);
    }

    Retention retention() {
        return Retention.perRequest(maxConnections);
    }
}
