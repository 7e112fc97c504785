package com.ketomealplan.neon.web;

import com.ketomealplan.neon.lease.LeakDetector;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/** Calls the {@link LeakDetector} at the start and the end of requests. */
public final class LeakDetectionFilter implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        LeakDetector.begin();
        try {
            chain.doFilter(request, response);
        } finally {
            LeakDetector.end();
        }
    }
}
