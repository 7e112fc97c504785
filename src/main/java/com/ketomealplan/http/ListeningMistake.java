package com.ketomealplan.http;

import java.util.List;

/**
 * The service cannot listen where it is told to. This is not in the code, so it has no stack trace, and Dropwizard's commands,
 * which print what they are thrown, print a line for each mistake.
 */
final class ListeningMistake extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param mistakes each with the field, what is wrong, and what to write instead
     */
    ListeningMistake(List<String> mistakes) {
        super(String.join(System.lineSeparator(), mistakes));
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
