package com.ketomealplan.neon.lease;

import com.ketomealplan.neon.lease.delegate.DelegatingResultSet;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A result set of a borrower: its statement is the one that was handed out, so that only {@link #unwrap} leads to the driver. All else is the
 * driver's, which closes it with its statement.
 */
final class ResultSetHandle extends DelegatingResultSet {

    private final HandleTransaction transaction;
    private final Statement statement;
    private final ResultSet driver;

    /**
     * @param statement null if it is not the result set of a statement, but of metadata
     */
    ResultSetHandle(HandleTransaction transaction, Statement statement, ResultSet driver) {
        this.transaction = transaction;
        this.statement = statement;
        this.driver = driver;
    }

    @Override
    protected ResultSet driver() {
        return driver;
    }

    @Override
    public Statement getStatement() throws SQLException {
        driver.getStatement(); // throws if it is closed
        return statement;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        T unwrapped = driver.unwrap(type);
        driver.getStatement(); // throws if it is closed, and so perhaps its connection another borrower's
        transaction.markMayHaveCommitted();
        transaction.allowWrites();
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || driver.isWrapperFor(type);
    }

    @Override
    public String toString() {
        return driver.toString();
    }
}
