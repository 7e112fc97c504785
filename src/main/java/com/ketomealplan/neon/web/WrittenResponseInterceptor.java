package com.ketomealplan.neon.web;

import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.ext.WriterInterceptor;
import jakarta.ws.rs.ext.WriterInterceptorContext;
import java.io.IOException;

/** Sends the body that was written before COMMIT; the innermost interceptor, because others may compress it. */
@Priority(Integer.MAX_VALUE)
final class WrittenResponseInterceptor implements WriterInterceptor {

    private static final String PROPERTY = WrittenResponse.class.getName();

    /** Sets the written response of a request, which is sent unless a filter replaces it. */
    static void keep(WrittenResponse answer, ContainerRequestContext request) {
        request.setProperty(PROPERTY, answer);
    }

    @Override
    public void aroundWriteTo(WriterInterceptorContext context) throws IOException {
        if (context.getProperty(PROPERTY) instanceof WrittenResponse written
                && written.isOf(context.getEntity(), context.getMediaType())) {
            written.headers().forEach((name, values) -> context.getHeaders().putIfAbsent(name, values));
            context.getOutputStream().write(written.body());
        } else {
            context.proceed();
        }
    }
}
