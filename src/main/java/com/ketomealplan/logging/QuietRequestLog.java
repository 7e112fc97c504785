package com.ketomealplan.logging;

import ch.qos.logback.access.jetty.RequestLogImpl;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;

/** A lifecycle listener of the server that keeps the request log from printing its versions at the start. */
public final class QuietRequestLog implements LifeCycle.Listener {

    @Override
    public void lifeCycleStarting(LifeCycle started) {
        if (started instanceof Server server && server.getRequestLog() instanceof RequestLogImpl log) {
            log.setQuiet(true);
        }
    }
}
