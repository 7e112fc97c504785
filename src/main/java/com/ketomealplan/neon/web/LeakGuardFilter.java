package com.ketomealplan.neon.web;

import com.ketomealplan.neon.lease.LeakGuard;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/** Tells the {@link LeakGuard} when requests begin and end. */
public final class LeakGuardFilter implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        LeakGuard.begin();
        try {
            chain.doFilter(request, response);
        } finally {
            LeakGuard.end();
        }
    }
}
