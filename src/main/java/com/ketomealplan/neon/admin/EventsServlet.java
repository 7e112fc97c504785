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
 * Sends the data of the page as server-sent events, until the client disconnects or the service stops. Each client has a thread, so that
 * a slow one delays no other; their number is limited.
 */
final class EventsServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final String TYPE = "text/event-stream;charset=utf-8";
    private static final int MAX_CLIENTS = 16;
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final transient Supplier<Overview> overview;
    private final transient Supplier<TimeSeries.Columns> series;
    private final transient ObjectMapper json;
    private final transient Semaphore clients = new Semaphore(MAX_CLIENTS);
    private final transient CountDownLatch closed = new CountDownLatch(1);

    EventsServlet(ObjectMapper json, Supplier<Overview> overview, Supplier<TimeSeries.Columns> series) {
        this.json = json;
        this.overview = overview;
        this.series = series;
    }

    /** Ends the streams of all clients. */
    void close() {
        closed.countDown();
    }

    /** Sends no events: without a body to write, nothing would tell that the client has left. */
    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) {
        response.setContentType(TYPE);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!clients.tryAcquire()) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
            return;
        }
        try {
            response.setContentType(TYPE);
            write(response.getOutputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            clients.release();
        }
    }

    private void write(ServletOutputStream out) throws IOException, InterruptedException {
        long lastSent = -1;
        do {
            send(out, "overview", overview.get());
            TimeSeries.Columns now = series.get();
            long newest = now.time().isEmpty() ? 0 : now.time().get(now.time().size() - 1);
            if (newest != lastSent) {
                send(out, "series", now);
                lastSent = newest;
            }
            out.flush();
        } while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void send(ServletOutputStream out, String name, Object data) throws IOException {
        out.write(("event: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.write(json.writeValueAsBytes(data)); // JSON escapes line breaks
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }
}
