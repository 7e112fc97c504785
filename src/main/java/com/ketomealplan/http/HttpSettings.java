package com.ketomealplan.http;

import com.ketomealplan.http.drain.DrainSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * The HTTP settings of a service.
 *
 * @param maxBodySize of a request, uncompressed, in bytes
 * @param maxArrivalTime for the head of a request, and for its body, to arrive
 * @param drain how long a process that is stopped keeps serving
 * @param cors the origins whose pages may read the responses
 * @param virtualThreads whether requests are served by virtual threads; empty for the default: on releases where they are not pinned
 */
public record HttpSettings(
        long maxBodySize,
        Duration maxArrivalTime,
        DrainSettings drain,
        CorsSettings cors,
        Optional<Boolean> virtualThreads) {}
