package com.ketomealplan.http;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Removes the Content-Length of a 304, which would be that of the body that is not sent (RFC 9110, section 8.6). Jersey says 0 of
 * every answer without a body, before it says its status, and so does Jetty.
 */
final class NotModified implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean conditional = ((HttpServletRequest) request).getHeader(HttpHeader.IF_NONE_MATCH.asString()) != null;
        if (!conditional) {
            chain.doFilter(request, response);
            return;
        }
        HttpServletResponse answer = (HttpServletResponse) response;
        chain.doFilter(request, new Answer(answer));
        if (answer.getStatus() == HttpServletResponse.SC_NOT_MODIFIED) {
            answer.flushBuffer(); // at the end of an answer that has not begun Jetty knows its length, and says so
        }
    }

    private static final class Answer extends HttpServletResponseWrapper {

        Answer(HttpServletResponse response) {
            super(response);
        }

        @Override
        public void setContentLength(int length) {
            if (length != 0) {
                super.setContentLength(length);
            }
        }
    }
}
