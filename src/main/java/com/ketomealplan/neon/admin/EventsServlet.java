package com.ketomealplan.neon.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What the page lives on: server-sent events, until the reader goes or the service ends. Each reader has a thread, so that a
 * slow one delays no other, and there are few.
 */
final class EventsServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final int MOST_READERS = 16;
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final transient Supplier<Overview> overview;
    private final transient Supplier<Series.Columns> series;
    private final transient ObjectMapper json;
    private final transient Semaphore readers = new Semaphore(MOST_READERS);
    private final transient CountDownLatch ended = new CountDownLatch(1);

    EventsServlet(ObjectMapper json, Supplier<Overview> overview, Supplier<Series.Columns> series) {
        this.json = json;
        this.overview = overview;
        this.series = series;
    }

    /** No reader is kept any longer. */
    void end() {
        ended.countDown();
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!readers.tryAcquire()) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        try {
            response.setContentType("text/event-stream;charset=utf-8");
            write(response.getOutputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            readers.release();
        }
    }

    private void write(ServletOutputStream out) throws IOException, InterruptedException {
        long told = -1;
        do {
            event(out, "overview", overview.get());
            Series.Columns now = series.get();
            long newest = now.time().isEmpty() ? 0 : now.time().get(now.time().size() - 1);
            if (newest != told) {
                event(out, "series", now);
                told = newest;
            }
            out.flush();
        } while (!ended.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void event(ServletOutputStream out, String name, Object data) throws IOException {
        out.write(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.write(json.writeValueAsBytes(data)); // in which a line break is an escape
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }
}
