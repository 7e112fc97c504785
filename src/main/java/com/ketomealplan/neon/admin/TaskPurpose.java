package com.ketomealplan.neon.admin;

import com.ketomealplan.neon.lease.Purpose;
import io.dropwizard.core.setup.Environment;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.EnumSet;

/** Names tasks, which have no resource method that would say what they do. */
public final class TaskPurpose {

    private TaskPurpose() {}

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
