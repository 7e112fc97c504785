package com.ketomealplan.neon.url;

import java.util.List;

/** A connection URL that cannot be used. Its messages say what is wrong and what to write, and quote nothing of it. */
public final class InvalidDatabaseUrlException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    InvalidDatabaseUrlException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each mistake, with its remedy. */
    public List<String> problems() {
        return problems;
    }
}
