package com.ketomealplan.neon.admin;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Serves a file of the page from the class path. */
final class AssetServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    /** The page loads and runs nothing but its own files. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                    + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final byte[] content;
    private final String type;

    /**
     * @param resource the path of the file on the class path
     */
    AssetServlet(String resource, String type) {
        this.type = type;
        try (InputStream file = AssetServlet.class.getResourceAsStream(resource)) {
            if (file == null) {
                throw new IllegalStateException(resource + " is missing");
            }
            this.content = file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.setHeader("Cache-Control", "no-cache");
        response.setContentType(type);
        response.getOutputStream().write(content);
    }
}
