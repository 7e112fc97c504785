package com.ketomealplan.neon;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What a hundred requests pay that come at once to a sleeping compute, beyond the wake itself. Run by hand:
 * {@code mvn -B -q test-compile exec:exec -Dbenchmark=WakeBenchmark}.
 */
public final class WakeBenchmark {

    private static final int REQUESTS = 100;

    /** Requests before the measurement: what a JVM compiles first is not what is measured. */
    private static final int WARM_UP = 5_000;

    private WakeBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        System.out.println("pooling      wake    not 404  connects before the first log-in  overhead median  most");
        for (String pooling : List.of("pooled", "per_request")) {
            TestDatabase database = TestDatabase.migrated();
            try (NeonProxy neon = NeonProxy.before(database)) {
                TestService service = TestService.at(
                        neon.url(database),
                        ConfigOverride.config("database.pooling", pooling),
                        ConfigOverride.config("server.requestLog.appenders[0].type", "console"),
                        ConfigOverride.config("server.requestLog.appenders[0].threshold", "OFF"));
                for (int i = 0; i < WARM_UP; i++) {
                    service.get("/users/" + UUID.randomUUID());
                }
                for (Duration wake : List.of(Duration.ofMillis(300), Duration.ofSeconds(3), Duration.ofSeconds(8))) {
                    measure(pooling, neon, service, wake);
                }
                service.stop();
            }
        }
        System.exit(0);
    }

    private static void measure(String pooling, NeonProxy neon, TestService service, Duration wake) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(REQUESTS);
        neon.wake(wake);
        neon.suspend();
        Callable<Long> request = () -> {
            long begun = System.nanoTime();
            int status = service.get("/users/" + UUID.randomUUID()).statusCode();
            return status == 404 ? System.nanoTime() - begun : -1;
        };
        List<Future<Long>> answers = clients.invokeAll(
                IntStream.range(0, REQUESTS).mapToObj(i -> request).toList());
        long[] nanos = new long[REQUESTS];
        int failed = 0;
        for (int i = 0; i < REQUESTS; i++) {
            nanos[i] = answers.get(i).get();
            failed += nanos[i] < 0 ? 1 : 0;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%-12s %4d ms  %7d  %32d  %12d ms  %d ms%n",
                pooling,
                wake.toMillis(),
                failed,
                neon.connectsBeforeFirstLogin(),
                TimeUnit.NANOSECONDS.toMillis(nanos[REQUESTS / 2]) - wake.toMillis(),
                TimeUnit.NANOSECONDS.toMillis(nanos[REQUESTS - 1]) - wake.toMillis());
        clients.shutdown();
    }
}
