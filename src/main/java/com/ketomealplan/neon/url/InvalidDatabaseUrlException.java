package com.ketomealplan.neon.url;

import java.util.List;

/** Thrown if a connection URL is invalid. Its messages have the problem and the remedy, and do not quote the URL. */
public final class InvalidDatabaseUrlException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidDatabaseUrlException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns the problems, each with its remedy. */
    public List<String> problems() {
        return problems;
    }
}
