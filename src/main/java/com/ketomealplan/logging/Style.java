package com.ketomealplan.logging;

import ch.qos.logback.core.pattern.PatternLayoutBase;

/**
 * The style of log lines: for people or for machines.
 *
 * @param environment the stage of the process; null for development
 * @param pattern the pattern for people; null for Dropwizard's
 */
record Style(String environment, String pattern) {

    /** ISO 8601 with milliseconds, as most collectors expect it. */
    static final String TIMESTAMP = "yyyy-MM-dd'T'HH:mm:ss.SSSX";

    boolean isForMachines() {
        return "production".equalsIgnoreCase(environment);
    }

    <E> PatternLayoutBase<E> pattern(PatternLayoutBase<E> layout) {
        if (pattern != null) {
            layout.setPattern(pattern);
        }
        return layout;
    }
}
