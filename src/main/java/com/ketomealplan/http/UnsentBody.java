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
import org.eclipse.jetty.http.HttpMethod;

/**
 * Keeps a response whose body is not sent from a Content-Length of 0, where it would have to be that of the body (RFC 9110, section 8.6).
 * Jersey sets it before the status of a 304 is known. At the end of a response that is not committed, Jetty does: of a 304, and of a response
 * to HEAD whose body is longer than Jersey's buffer.
 */
final class UnsentBody implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest asked = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        boolean conditional = asked.getHeader(HttpHeader.IF_NONE_MATCH.asString()) != null;
        chain.doFilter(request, conditional ? new Conditional(answer) : answer);
        boolean unsent = conditional && answer.getStatus() == HttpServletResponse.SC_NOT_MODIFIED
                || HttpMethod.HEAD.is(asked.getMethod());
        if (unsent && !answer.containsHeader(HttpHeader.CONTENT_LENGTH.asString())) {
            answer.flushBuffer();
        }
    }

    private static final class Conditional extends HttpServletResponseWrapper {

        Conditional(HttpServletResponse response) {
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
