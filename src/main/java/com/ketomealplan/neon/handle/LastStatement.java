package com.ketomealplan.neon.handle;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * The last statement of a transaction, which is sent with its COMMIT in one flight. If it fails, the server does not execute COMMIT.
 *
 * @param sql without a semicolon; returns no rows, and fails if the transaction must not be committed
 * @param binding binds its parameters
 */
public record LastStatement(String sql, Binding binding) {

    /** Binds the parameters of a statement. */
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
