package com.ketomealplan.logging;

import ch.qos.logback.access.jetty.RequestLogImpl;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/** Keeps the request log from printing, as it starts, which versions of its parts it has found. To listen to the server. */
public final class QuietRequestLog implements LifeCycle.Listener {

    @Override
    public void lifeCycleStarting(LifeCycle started) {
        if (started instanceof Server server && server.getRequestLog() instanceof RequestLogImpl log) {
            log.setQuiet(true);
        }
    }
}
