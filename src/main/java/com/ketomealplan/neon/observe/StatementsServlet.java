package com.ketomealplan.neon.observe;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The statements at the admin port, those first which have taken the most time in all. */
public final class StatementsServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient StatementObserver statements;
    private final transient ObjectMapper json;

    public StatementsServlet(StatementObserver statements, ObjectMapper json) {
        this.statements = statements;
        this.json = json;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        List<Map<String, Object>> rows = statements.worst().stream()
                .map(one -> Map.<String, Object>of(
                        "statement", one.statement(),
                        "sql", one.sql(),
                        "count", one.count(),
                        "slow", one.slow(),
                        "errors", one.errors(),
                        "total_ms", millis(one.total()),
                        "mean_ms", millis(one.total().dividedBy(Math.max(1, one.count()))),
                        "longest_ms", millis(one.longest())))
                .toList();
        response.setContentType("application/json");
        response.getOutputStream().write(json.writeValueAsBytes(rows));
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
