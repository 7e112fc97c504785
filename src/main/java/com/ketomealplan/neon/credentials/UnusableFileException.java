package com.ketomealplan.neon.credentials;

import java.util.List;

/** Thrown if a file has no usable secret. Each problem follows the setting's name, and quotes neither path nor content. */
public sealed class UnusableFileException extends Exception permits SecretFile.MissingFileException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    UnusableFileException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    UnusableFileException(String problem) {
        this(List.of(problem));
    }

    /** Returns the problems, each with its remedy. */
    public List<String> problems() {
        return problems;
    }
}
