package com.ketomealplan.http;

import java.util.Optional;
import java.util.function.Supplier;

/** A part of the process that may keep it from serving. Each method answers at once, from memory. */
public interface Readiness {

    /** Returns the name of the part, in JSON. */
    String component();

    /** Returns the state of the part, in a word. */
    String inWords();

    /** Why this instance can neither serve nor fail fast, for a client; empty if it can. */
    Optional<String> obstacle();

    /** One that answers as these do. */
    static Readiness of(String component, Supplier<String> inWords, Supplier<Optional<String>> obstacle) {
        return new Readiness() {
            @Override
            public String component() {
                return component;
            }

            @Override
            public String inWords() {
                return inWords.get();
            }

            @Override
            public Optional<String> obstacle() {
                return obstacle.get();
            }
        };
    }
}
