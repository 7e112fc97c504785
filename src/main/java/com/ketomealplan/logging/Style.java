package com.ketomealplan.logging;

import ch.qos.logback.core.pattern.PatternLayoutBase;

/**
 * For whom log lines are.
 *
 * @param environment where the process runs; null for development
 * @param pattern of lines for people; null for Dropwizard's
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
