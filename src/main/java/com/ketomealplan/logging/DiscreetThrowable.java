package com.ketomealplan.logging;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Stream;

/**
 * An exception for the log, without the messages of database exceptions and their causes: a server, a driver or a mapper may quote
 * values of clients. The class, the stack trace, and the messages of our own exceptions and of the network remain.
 */
final class DiscreetThrowable implements IThrowableProxy {

    private static final String LEFT_OUT = "(its text may quote a value, and is left out)";

    /** By name, because this package does not depend on the driver. */
    private static final Set<String> MAY_QUOTE = Set.of("java.sql.SQLException", "org.jdbi.v3.core.JdbiException");

    private static final String OURS = "com.ketomealplan.";

    private final IThrowableProxy original;
    private final DiscreetThrowable cause;
    private final IThrowableProxy[] suppressed;
    private final boolean leftOut;

    DiscreetThrowable(IThrowableProxy original) {
        this(original, false);
    }

    private DiscreetThrowable(IThrowableProxy original, boolean belowDatabase) {
        boolean ofDatabase = belowDatabase || mayQuote(original);
        this.original = original;
        this.cause = original.getCause() == null ? null : new DiscreetThrowable(original.getCause(), ofDatabase);
        this.suppressed = Stream.of(original.getSuppressed())
                .map(one -> new DiscreetThrowable(one, ofDatabase))
                .toArray(IThrowableProxy[]::new);
        this.leftOut = original.getMessage() != null && (ofDatabase && !quotesNothing(original) || repeatsCause());
    }

    /**
     * Returns whether a message is kept: of our own exceptions, and of the JDK's network; Jackson's have the same type, and quote
     * values.
     */
    private static boolean quotesNothing(IThrowableProxy one) {
        return one.getClassName().startsWith(OURS)
                || one instanceof ThrowableProxy proxy
                        && proxy.getThrowable() instanceof IOException
                        && one.getClassName().startsWith("java");
    }

    private static boolean mayQuote(IThrowableProxy one) {
        if (one instanceof ThrowableProxy proxy) {
            Class<?> type = proxy.getThrowable().getClass();
            while (type != null) {
                if (MAY_QUOTE.contains(type.getName())) {
                    return true;
                }
                type = type.getSuperclass();
            }
        }
        return false;
    }

    /** Returns the message of an exception that was created with a cause only. */
    private boolean repeatsCause() {
        return cause != null && cause.leftOut && original.getMessage().contains(cause.original.getMessage());
    }

    @Override
    public String getMessage() {
        return leftOut ? LEFT_OUT : original.getMessage();
    }

    @Override
    public String getOverridingMessage() {
        return leftOut ? null : original.getOverridingMessage();
    }

    @Override
    public String getClassName() {
        return original.getClassName();
    }

    @Override
    public StackTraceElementProxy[] getStackTraceElementProxyArray() {
        return original.getStackTraceElementProxyArray();
    }

    @Override
    public int getCommonFrames() {
        return original.getCommonFrames();
    }

    @Override
    public IThrowableProxy getCause() {
        return cause;
    }

    @Override
    public IThrowableProxy[] getSuppressed() {
        return suppressed;
    }

    @Override
    public boolean isCyclic() {
        return original.isCyclic();
    }
}
