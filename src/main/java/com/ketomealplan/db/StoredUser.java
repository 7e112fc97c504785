package com.ketomealplan.db;

import com.ketomealplan.api.User;

/**
 * A user as the database has it.
 *
 * @param version grows with each change
 */
public record StoredUser(User user, long version) {}
