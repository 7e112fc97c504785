package com.ketomealplan.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.core.ContextBase;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import com.ketomealplan.testing.Clients;
import com.ketomealplan.testing.LoggedLines;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchingAppenderTest {

    private static final int QUEUE = 4;

    /** A line that the filter of the console denies. */
    private static final String PROBE = "probe";

    /** A console that takes nothing before it is told to. */
    private static final class Console extends OutputStream {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final CountDownLatch open = new CountDownLatch(1);
        private final AtomicInteger writes = new AtomicInteger();
        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public void write(int character) throws IOException {
            write(new byte[] {(byte) character}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writes.incrementAndGet();
            if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("the console fails");
            }
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            synchronized (taken) {
                taken.write(bytes, offset, length);
            }
        }

        List<String> lines() {
            synchronized (taken) {
                return taken.toString(StandardCharsets.UTF_8).lines().toList();
            }
        }
    }

    private final Console console = new Console();
    private final BatchingAppender<String> appender = appender();

    private BatchingAppender<String> appender() {
        ContextBase context = new ContextBase();
        LayoutWrappingEncoder<String> encoder = new LayoutWrappingEncoder<>();
        encoder.setLayout(new LayoutBase<>() {
            @Override
            public String doLayout(String line) {
                return line + "\n";
            }
        });
        OutputStreamAppender<String> target = new OutputStreamAppender<>();
        target.setContext(context);
        target.setEncoder(encoder);
        target.setOutputStream(console);
        target.addFilter(new Filter<>() {
            @Override
            public FilterReply decide(String line) {
                return line.equals(PROBE) ? FilterReply.DENY : FilterReply.NEUTRAL;
            }
        });
        target.start();
        BatchingAppender<String> made = new BatchingAppender<>(target);
        made.setContext(context);
        made.setQueueSize(QUEUE);
        made.setMaxFlushTime(0); // a stop waits for as long as it takes
        made.addAppender(target);
        return made;
    }

    @AfterEach
    void stop() {
        console.open.countDown();
        appender.stop();
    }

    private void log(int from, int to) {
        IntStream.range(from, to).forEach(line -> appender.doAppend(String.valueOf(line)));
    }

    private static List<String> lines(int from, int to) {
        return IntStream.range(from, to).mapToObj(String::valueOf).toList();
    }

    /** Lets the writer take a line, and wait for the console. */
    private void blockTheWriter() {
        appender.start();
        log(0, 1);
        await().until(() -> console.writes.get() == 1);
    }

    /** Returns a thread that logs this line, and waits for room. */
    private Thread blocked(int line) {
        Thread thread = new Thread(() -> log(line, line + 1));
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return thread;
    }

    @Test
    void eachLineIsWrittenOnceAndAThreadsInItsOrder() {
        console.open.countDown();
        appender.start();
        AtomicInteger threads = new AtomicInteger();

        Clients.atOnce(8, () -> {
            int thread = threads.getAndIncrement();
            log(thread * 1_000, thread * 1_000 + 1_000);
            return null;
        });
        appender.stop();

        assertThat(console.lines()).containsExactlyInAnyOrderElementsOf(lines(0, 8_000));
        for (int thread = 0; thread < 8; thread++) {
            List<String> ofThread = lines(thread * 1_000, thread * 1_000 + 1_000);
            assertThat(console.lines()).containsSubsequence(ofThread);
        }
    }

    @Test
    void aFilterOfTheConsoleIsAsked() {
        console.open.countDown();
        appender.start();

        appender.doAppend(PROBE);
        log(0, 1);
        appender.stop();

        assertThat(console.lines()).isEqualTo(lines(0, 1));
    }

    @Test
    void aStopOfAThreadThatIsInterruptedWritesWhatWaits() {
        console.open.countDown();
        appender.start();
        log(0, 1);

        Thread.currentThread().interrupt();
        appender.stop();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(console.lines()).isEqualTo(lines(0, 1));
    }

    /** Else each request would wait for it as soon as the queue is full. */
    @Test
    void aConsoleThatFailsDoesNotEndTheWriter() {
        console.open.countDown();
        console.failures.set(1);
        appender.start();
        log(0, 1);
        await().until(() -> console.failures.get() == 0);

        log(1, 2 + QUEUE);
        appender.stop();

        assertThat(console.lines()).isEqualTo(lines(1, 2 + QUEUE));
    }

    @Test
    void whatWaitsIsWrittenAtOnce() {
        blockTheWriter();
        log(1, 1 + QUEUE);

        console.open.countDown();

        await().until(() -> console.lines().size() == 1 + QUEUE);
        assertThat(console.lines()).isEqualTo(lines(0, 1 + QUEUE));
        assertThat(console.writes).hasValue(2);
    }

    @Test
    void aFullQueueBlocks() throws Exception {
        blockTheWriter();
        log(1, 1 + QUEUE);
        Thread waiting = blocked(1 + QUEUE);

        console.open.countDown();
        waiting.join();
        appender.stop();

        assertThat(console.lines()).isEqualTo(lines(0, 2 + QUEUE));
    }

    @Test
    void aStopWritesWhatWaitsAndWhoWaits() {
        blockTheWriter();
        log(1, 1 + QUEUE);
        blocked(1 + QUEUE);

        CompletableFuture<Void> stop = CompletableFuture.runAsync(appender::stop);
        await().until(() -> !appender.isStarted());
        console.open.countDown();
        stop.join();

        assertThat(console.lines()).isEqualTo(lines(0, 2 + QUEUE));
    }

    @Test
    void linesThatAreLeftOutAreCountedInTheLog() {
        appender.setNeverBlock(true);
        blockTheWriter();
        try (LoggedLines logged = LoggedLines.of(BatchingAppender.class)) {
            log(1, 1 + QUEUE + 7);

            console.open.countDown();
            await().until(() -> !logged.all().isEmpty());

            assertThat(logged.all()).containsExactly("Request log left out 7 lines (limit 4 waiting)");
        }
        appender.stop();
        assertThat(console.lines()).isEqualTo(lines(0, 1 + QUEUE));
    }
}
