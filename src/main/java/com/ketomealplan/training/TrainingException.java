package com.ketomealplan.training;

/** A service could not be trained. It has no stack trace, because commands print what they are thrown, and an operator reads it. */
final class TrainingException extends Exception {

    private static final long serialVersionUID = 1L;

    TrainingException(String message) {
        super(message, null, false, false);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
