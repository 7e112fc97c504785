package com.ketomealplan.neon.credentials;

import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.neon.url.Secret;
import java.util.Objects;
import java.util.Optional;

/**
 * The user and the password of a log-in. Its {@link #toString()} may be logged.
 *
 * @param user the role
 * @param password empty where none is known
 */
public record Credentials(String user, Optional<Secret> password) {

    public Credentials {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(password, "password");
    }

    /** Returns the credentials in a URL. An empty password is none, as for libpq. */
    static Credentials in(Endpoint endpoint) {
        return new Credentials(endpoint.user(), endpoint.password().filter(secret -> !secret.reveal()
                .isEmpty()));
    }

    boolean isOfSameUserAs(Credentials other) {
        return user.equals(other.user);
    }
}
