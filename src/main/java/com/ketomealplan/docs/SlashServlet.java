package com.ketomealplan.docs;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;

/** Sends a client that has written a slash at the end of a page's path to the page, as FastAPI does. */
final class SlashServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final String page;

    /**
     * @param page the page's path, of one segment
     */
    SlashServlet(String page) {
        this.page = page;
    }

    /** The target is relative: a proxy may have taken a part of the path, or ended TLS. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) {
        String query = Optional.ofNullable(request.getQueryString())
                .map(asked -> "?" + asked)
                .orElse("");
        response.setStatus(HttpServletResponse.SC_TEMPORARY_REDIRECT);
        response.setHeader(HttpHeader.LOCATION.asString(), ".." + page + query);
    }
}
