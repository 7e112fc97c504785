package com.ketomealplan.neon.lease;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A prepared statement of a {@link ConnectionHandle}. If it is prepared where a transaction has not begun, it is prepared together with
 * the {@link Prologue}, and both travel in one flight. Until it is executed so, what is set of it is remembered too: another
 * statement may be the first one after all.
 */
final class PreparedStatementHandle extends BoundParameters {

    /** Prepares a text, as this statement was asked for. */
    @FunctionalInterface
    interface Preparation {
        PreparedStatement prepare(String text) throws SQLException;
    }

    private final String sql;
    private final Preparation preparation;
    private Prologue prologue;
    /** Only while there is a prologue. */
    private final List<Setting> remembered = new ArrayList<>(4);

    /**
     * @param travels whether something can be sent before it in its own flight
     */
    PreparedStatementHandle(ConnectionHandle connection, String sql, boolean travels, Preparation preparation)
            throws SQLException {
        super(connection);
        this.sql = sql;
        this.preparation = preparation;
        this.prologue = travels ? transaction().prologueFor(sql, true) : Prologue.NONE;
        replace(preparation.prepare(text()));
    }

    private String text() {
        return prologue.isEmpty() ? sql : prologue.sql() + sql;
    }

    private PreparedStatement prepared() throws SQLException {
        return (PreparedStatement) usable();
    }

    /** The driver's statement without anything before it. */
    private PreparedStatement plain() throws SQLException {
        if (!prologue.isEmpty()) {
            prepareWith(Prologue.NONE);
        }
        return prepared();
    }

    private void prepareWith(Prologue next) throws SQLException {
        usable();
        prologue = next;
        PreparedStatement other = preparation.prepare(text());
        replace(other);
        for (Setting setting : remembered) {
            setting.apply(other);
        }
        if (next.isEmpty()) {
            remembered.clear();
        }
    }

    @Override
    void set(Setting setting) throws SQLException {
        super.set(setting);
        if (!prologue.isEmpty()) {
            remembered.add(setting);
        }
    }

    @Override
    void bind(Binding binding) throws SQLException {
        set(statement -> binding.apply((PreparedStatement) statement));
    }

    @Override
    PreparedStatement streaming() throws SQLException {
        return plain();
    }

    @Override
    public void clearParameters() throws SQLException {
        set(statement -> ((PreparedStatement) statement).clearParameters());
    }

    private <T> T run(Action<T> action, Action<T> results) throws SQLException {
        // Without a prologue of its own nothing was remembered, so that it cannot be prepared anew
        boolean travels = !prologue.isEmpty() && usable().getFetchSize() == 0;
        Prologue needed = transaction().prologueFor(sql, travels);
        if (!travels) {
            PreparedStatement statement = plain();
            return transaction().sendAfter(needed, () -> send(Prologue.NONE, sql, statement, action));
        }
        if (!needed.equals(prologue)) {
            prepareWith(needed);
        }
        if (needed.isEmpty()) {
            return send(needed, sql, prepared(), action);
        }
        return sendTogether(needed, sql, prepared(), driver -> ((PreparedStatement) driver).execute(), results);
    }

    @Override
    public boolean execute() throws SQLException {
        return run(driver -> ((PreparedStatement) driver).execute(), Results::hasRows);
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return run(driver -> ((PreparedStatement) driver).executeQuery(), Results::rows);
    }

    @Override
    public int executeUpdate() throws SQLException {
        return run(driver -> ((PreparedStatement) driver).executeUpdate(), Results::updateCount);
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return run(driver -> ((PreparedStatement) driver).executeLargeUpdate(), Results::largeUpdateCount);
    }

    @Override
    public void addBatch() throws SQLException {
        plain().addBatch();
    }

    @Override
    public void addBatch(String text) throws SQLException {
        plain().addBatch(text); // the driver's complaint
    }

    @Override
    public int[] executeBatch() throws SQLException {
        plain();
        return runAlone(sql, Statement::executeBatch);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        plain();
        return runAlone(sql, Statement::executeLargeBatch);
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return looked(PreparedStatement::getMetaData);
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        return looked(PreparedStatement::getParameterMetaData);
    }

    @FunctionalInterface
    private interface Look<T> {
        T at(PreparedStatement driver) throws SQLException;
    }

    /** What the server says of the text begins a transaction only if it is another one in another schema. */
    private <T> T looked(Look<T> look) throws SQLException {
        PreparedStatement statement = plain();
        return transaction().hasSchema()
                ? runAlone(sql, driver -> look.at((PreparedStatement) driver))
                : look.at(statement);
    }
}
