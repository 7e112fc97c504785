package com.ketomealplan.docs;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpHeader;

/** Serves a file of the class path. It is read at the first request. */
final class FileServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Set<String> METHODS = Set.of("GET", "HEAD");

    private final transient URL file;
    private final String type;
    private final String policy;
    private final transient UnaryOperator<String> change;
    private transient volatile Content content;

    /**
     * @param file the path of the file on the class path
     * @param policy the content security policy
     * @param change is applied to its text
     */
    FileServlet(String file, String type, String policy, UnaryOperator<String> change) {
        this.file = FileServlet.class.getResource(file);
        if (this.file == null) {
            throw new IllegalStateException(file + " is missing");
        }
        this.type = type;
        this.policy = policy;
        this.change = change;
    }

    /** Sets {@code Allow} without TRACE, which the server refuses; a servlet would include it. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        if (METHODS.contains(request.getMethod())) {
            super.service(request, response);
            return;
        }
        response.setHeader(HttpHeader.ALLOW.asString(), "GET, HEAD, OPTIONS");
        if (request.getMethod().equals("OPTIONS")) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        } else {
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Content found = content();
        response.setHeader(HttpHeader.ETAG.asString(), found.etag());
        response.setHeader(
                HttpHeader.CACHE_CONTROL.asString(), "no-cache"); // kept, and asked for whether it is the same
        response.addHeader(HttpHeader.VARY.asString(), HttpHeader.ACCEPT_ENCODING.asString());
        response.setHeader("Content-Security-Policy", policy);
        List<String> known = names(request, HttpHeader.IF_NONE_MATCH);
        if (known.contains("*") || known.stream().map(FileServlet::strong).anyMatch(strong(found.etag())::equals)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(type);
        if (names(request, HttpHeader.ACCEPT_ENCODING).contains("gzip")) {
            response.setHeader(HttpHeader.CONTENT_ENCODING.asString(), "gzip");
            response.setContentLength(found.gzipped().length);
            response.getOutputStream().write(found.gzipped());
        } else {
            found.plain().transferTo(response.getOutputStream());
        }
    }

    /** Returns a tag without its mark of weakness, which does not count here (RFC 9110, section 13.1.2). */
    private static String strong(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }

    private static List<String> names(HttpServletRequest request, HttpHeader header) {
        return Collections.list(request.getHeaders(header.asString())).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(String::strip)
                .toList();
    }

    /** Returns the content; two first requests may read it twice. */
    private Content content() throws IOException {
        Content found = content;
        if (found == null) {
            try (InputStream in = file.openStream()) {
                byte[] bytes = in.readAllBytes();
                String text = new String(bytes, StandardCharsets.ISO_8859_1); // which has a character for each byte
                found = Content.of(change.apply(text).getBytes(StandardCharsets.ISO_8859_1));
            }
            content = found;
        }
        return found;
    }
}
