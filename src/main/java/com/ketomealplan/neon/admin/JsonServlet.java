package com.ketomealplan.neon.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;

/** Serves the current value of a supplier as JSON. */
final class JsonServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient Supplier<?> content;
    private final transient ObjectMapper json;

    JsonServlet(ObjectMapper json, Supplier<?> content) {
        this.json = json;
        this.content = content;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("application/json");
        response.getOutputStream().write(json.writeValueAsBytes(content.get()));
    }
}
