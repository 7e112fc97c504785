package com.ketomealplan.db;

import com.ketomealplan.api.User;

/**
 * A user with its version.
 *
 * @param version is incremented by each change
 */
public record StoredUser(User user, long version) {}
