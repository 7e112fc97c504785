package com.ketomealplan.neon.admin;

import com.ketomealplan.neon.lease.Purpose;
import io.dropwizard.core.setup.Environment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;

/** Names the units of work of tasks, which have no resource method to be named after. */
public final class TaskPurpose {

    private TaskPurpose() {}

    /** Registers the filter. */
    public static void install(Environment environment) {
        environment
                .admin()
                .addFilter("task-purpose", (request, response, chain) -> {
                    Purpose.ofRequest("task" + ((HttpServletRequest) request).getPathInfo());
                    chain.doFilter(request, response);
                })
                .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/tasks/*");
    }
}
