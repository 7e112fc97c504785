package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same fault again and again leaves no thread, no socket and no memory behind ({@code -Dcycles=100} for more of them). */
class BoundedFootprintTest {

    private static final int CYCLES = Integer.getInteger("cycles", 5);

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

    private record Held(int threads, long files) {
        static Held now() {
            try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
                int threads = (int) Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !thread.getName().startsWith("dw-")) // Jetty keeps some ready
                        .count();
                return new Held(threads, files.count());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        proxy = NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database),
                ConfigOverride.config("database.healthMode", "passive"),
                ConfigOverride.config("database.unitOfWork.deadline", "500ms"));
    }

    @AfterEach
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
        await().until(() -> read() == 404);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftBehind(Fault fault) {
        for (int i = 0; i < 3; i++) {
            cycle(fault);
        }
        Held before = Held.now();
        long used = usedMemory();

        for (int i = 0; i < CYCLES; i++) {
            cycle(fault);
        }

        await().untilAsserted(() -> {
            Held now = Held.now();
            assertThat(now.threads()).isLessThanOrEqualTo(before.threads() + 3); // and not one for each cycle
            assertThat(now.files()).isLessThanOrEqualTo(before.files() + 3);
        });
        assertThat(usedMemory() - used).isLessThan(5_000_000);
        assertThat(service.gauge("pool.database.active")).isZero();
    }
}
