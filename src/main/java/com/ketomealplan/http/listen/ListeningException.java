package com.ketomealplan.http.listen;

import java.util.List;

/**
 * Thrown if the service cannot listen on its configured ports. There is no stack trace, so that Dropwizard's commands print a line for each
 * problem.
 */
final class ListeningException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param mistakes the problems, each with the field and the remedy
     */
    ListeningException(List<String> mistakes) {
        super(String.join(System.lineSeparator(), mistakes), null, false, false);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
