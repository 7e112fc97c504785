package com.ketomealplan.http;

import java.util.Optional;

/** A part of the process that may keep it from serving. Each method answers at once, from memory. */
public interface Readiness {

    /** What it is, as a name in JSON. */
    String component();

    /** How it is, in a word. */
    String inWords();

    /** Why this instance can neither serve nor fail fast, for a client; empty if it can. */
    Optional<String> obstacle();
}
