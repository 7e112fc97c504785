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
 * Removes the Content-Length of a 304, where it would have to be that of the body that is not sent (RFC 9110, section 8.6). Jersey and
 * Jetty set it to 0 for each response without a body, Jersey before the status is set.
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
            answer.flushBuffer(); // at the end of a response that is not committed, Jetty would set the length
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
