package com.ketomealplan.neon.lease;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * The last statement of a transaction, which is sent with its COMMIT in one flight. If it fails, the server does not come to COMMIT.
 *
 * @param sql without a semicolon; it returns no rows, and fails where nothing may be committed
 * @param binding of its parameters
 */
public record LastStatement(String sql, Binding binding) {

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    public interface Binding {
        void bind(PreparedStatement statement) throws SQLException;
    }

    void sendWithCommit(Connection driver) throws SQLException {
        try (PreparedStatement both = driver.prepareStatement(sql + ";COMMIT")) {
            binding.bind(both);
            both.execute();
        }
    }
}
