package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import com.ketomealplan.testing.VirtualThreadNames;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The same fault again and again leaves no thread, no socket and no memory behind ({@code -Dcycles=100} for more of them). */
@Tag("campaign-only")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BoundedFootprintTest {

    private static final int CYCLES = Ring.times("cycles", 4, 100);

    private final TestDatabase database = TestDatabase.migrated();
    private NeonProxy proxy;
    private TestService service;

    /** What happens, and how it ends. */
    enum Fault {
        GONE {
            @Override
            void begin(NeonProxy proxy) {
                proxy.go(true);
            }

            @Override
            void end(NeonProxy proxy) {
                proxy.go(false);
            }
        },
        SILENT {
            @Override
            void begin(NeonProxy proxy) {
                proxy.swallowEstablished();
            }

            @Override
            void end(NeonProxy proxy) {
                proxy.cut(); // its own threads and sockets are not to be counted
            }
        },
        BLACK_HOLE {
            @Override
            void begin(NeonProxy proxy) {
                proxy.stall(true);
                proxy.stallConnects(true);
            }

            @Override
            void end(NeonProxy proxy) {
                proxy.stallConnects(false);
                proxy.stall(false);
            }
        },
        SUSPENDED {
            @Override
            void begin(NeonProxy proxy) {
                proxy.wake(Duration.ofMillis(50));
                proxy.suspend();
            }
        },
        CUT {
            @Override
            void begin(NeonProxy proxy) {
                proxy.cut();
            }
        },
        GARBLED {
            @Override
            void begin(NeonProxy proxy) {
                AtomicBoolean done = new AtomicBoolean();
                proxy.intercept((connection, direction, type, body) ->
                        direction == Direction.FROM_SERVER && !done.getAndSet(true) ? Action.GARBLE : Action.PASS);
            }

            @Override
            void end(NeonProxy proxy) {
                proxy.cut();
            }
        },
        THROTTLED {
            @Override
            void begin(NeonProxy proxy) {
                proxy.cut();
                proxy.refuseLogins(1, "Too many connections to this endpoint. Please try again later.");
            }
        };

        abstract void begin(NeonProxy proxy);

        void end(NeonProxy proxy) {
            // it passes by itself
        }
    }

    /** The threads, by name, and the number of open files and sockets of this JVM. */
    private record Held(Map<String, Long> threads, long files) {

        static Held now() {
            try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
                return new Held(threadsByName(), files.count());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Map<String, Long> threadsByName() {
            Stream<String> platform =
                    Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
            return Stream.concat(platform, VirtualThreadNames.now().stream())
                    .filter(name -> !name.startsWith("dw-") && !name.startsWith("HttpClient-")) // some are kept ready
                    .collect(Collectors.groupingBy(name -> name.replaceAll("[0-9]+", "#"), Collectors.counting()));
        }

        long threadCount() {
            return threads.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isOpening() {
            return threads.containsKey("database-opener-#");
        }
    }

    @BeforeAll
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.unitOfWork.deadline", "300ms"));
    }

    @AfterAll
    void stop() throws Exception {
        service.stop();
        proxy.close();
    }

    private int read() {
        return service.get("/users/" + UUID.randomUUID()).statusCode();
    }

    private void cycle(Fault fault) {
        fault.begin(proxy);
        assertThat(read()).isIn(404, 503, 504);
        assertThat(read()).isIn(404, 503, 504);
        assertThat(service.get("/livez").statusCode()).isEqualTo(200);
        fault.end(proxy);
        await().pollInterval(Duration.ofMillis(10)).until(() -> read() == 404);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** What is held when the threads that open connections, which are kept for a second, have ended. */
    private static Held settled() {
        return await().atMost(Duration.ofSeconds(60)).until(Held::now, held -> !held.isOpening());
    }

    @Test
    void nothingIsLeftBehind() {
        for (int i = 0; i < 2; i++) {
            List.of(Fault.values()).forEach(this::cycle);
        }
        Held before = settled();
        long used = usedMemory();

        for (Fault fault : Fault.values()) {
            for (int i = 0; i < CYCLES; i++) {
                cycle(fault);
            }
            if (Ring.isCampaign()) {
                nothingMoreIsHeldThan(before, fault.name());
                assertThat(usedMemory() - used).isLessThan(5_000_000);
            }
        }
        nothingMoreIsHeldThan(before, "all faults");
    }

    /** One thread and one connection (three sockets, with the proxy's) may be there by chance, but not one in two cycles. */
    private void nothingMoreIsHeldThan(Held before, String fault) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Held now = Held.now();
            assertThat(now.isOpening()).isFalse();
            assertThat(now.threadCount())
                    .as("%s: threads %s before and %s now", fault, before.threads(), now.threads())
                    .isLessThanOrEqualTo(before.threadCount() + 1);
            assertThat(now.files()).as(fault).isLessThanOrEqualTo(before.files() + 3);
        });
        assertThat(service.gauge("pool.database.active")).isZero();
    }
}
