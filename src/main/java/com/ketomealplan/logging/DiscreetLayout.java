package com.ketomealplan.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** Wraps a layout, and passes each exception as a {@link DiscreetThrowable}. */
final class DiscreetLayout extends LayoutBase<ILoggingEvent> {

    private final LayoutBase<ILoggingEvent> layout;

    DiscreetLayout(LayoutBase<ILoggingEvent> layout) {
        this.layout = layout;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        return layout.doLayout(event.getThrowableProxy() == null ? event : discreet(event));
    }

    private static ILoggingEvent discreet(ILoggingEvent event) {
        DiscreetThrowable shown = new DiscreetThrowable(event.getThrowableProxy());
        return (ILoggingEvent) Proxy.newProxyInstance(
                ILoggingEvent.class.getClassLoader(),
                new Class<?>[] {ILoggingEvent.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("getThrowableProxy") ? shown : method.invoke(event, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public void start() {
        layout.start();
        super.start();
    }

    @Override
    public void stop() {
        super.stop();
        layout.stop();
    }
}
