package com.ketomealplan.http.drain;

import java.util.Optional;
import java.util.function.Supplier;

/** A part of the process that may keep it from being ready. The methods do not block. */
public interface Readiness {

    /** Returns the name of the part, in JSON. */
    String component();

    /** Returns the state of the part, in a word. */
    String state();

    /** Returns why this instance is not ready: it can neither serve nor fail fast. For clients; empty if it is ready. */
    Optional<String> notReadyReason();

    /** Returns one that calls these suppliers. */
    static Readiness of(String component, Supplier<String> state, Supplier<Optional<String>> notReadyReason) {
        return new Readiness() {
            @Override
            public String component() {
                return component;
            }

            @Override
            public String state() {
                return state.get();
            }

            @Override
            public Optional<String> notReadyReason() {
                return notReadyReason.get();
            }
        };
    }
}
