package com.ketomealplan.neon.credentials;

import com.ketomealplan.neon.url.Endpoint;

/** Where the credentials of log-ins come from. Thread-safe. */
public interface CredentialSource {

    /**
     * Reads the credentials. Blocks for a few seconds at most, where a file system hangs. Does not throw: returns the last readable
     * credentials if the file cannot be read.
     */
    Credentials current();

    /** Returns whether they may change while the process runs. */
    boolean mayChange();

    /** Returns the source of the credentials in a URL, which do not change. */
    static CredentialSource of(Endpoint endpoint) {
        Credentials fixed = Credentials.in(endpoint);
        return new CredentialSource() {
            @Override
            public Credentials current() {
                return fixed;
            }

            @Override
            public boolean mayChange() {
                return false;
            }
        };
    }
}
