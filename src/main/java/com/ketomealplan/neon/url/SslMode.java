package com.ketomealplan.neon.url;

import java.util.Arrays;
import java.util.Optional;

/** libpq's {@code sslmode}, from the weakest to the strongest. */
enum SslMode {
    DISABLE("disable"),
    ALLOW("allow"),
    PREFER("prefer"),
    REQUIRE("require"),
    VERIFY_CA("verify-ca"),
    VERIFY_FULL("verify-full");

    private final String text;

    SslMode(String text) {
        this.text = text;
    }

    static Optional<SslMode> of(String text) {
        return Arrays.stream(values()).filter(mode -> mode.text.equals(text)).findFirst();
    }

    boolean isWeakerThan(SslMode other) {
        return compareTo(other) < 0;
    }

    boolean verifiesCertificate() {
        return this == VERIFY_CA || this == VERIFY_FULL;
    }

    @Override
    public String toString() {
        return text;
    }
}
