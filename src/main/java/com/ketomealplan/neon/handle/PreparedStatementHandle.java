package com.ketomealplan.neon.handle;

import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGStatement;

/**
 * A prepared statement of a {@link ConnectionHandle}. If it is prepared before its transaction has begun, the {@link Prologue} is
 * prepended to it, and both are sent in one flight. Until it is executed, its settings are kept: if another statement is executed first,
 * it is prepared again without the prologue.
 */
final class PreparedStatementHandle extends BoundParameters {

    /** Prepares SQL with the options of this statement. */
    @FunctionalInterface
    interface Preparation {
        PreparedStatement prepare(String text) throws SQLException;
    }

    private final String sql;
    private final Preparation preparation;
    private Prologue prologue;
    private boolean executed; // since it was prepared
    /** The settings to be applied again, and the values of the parameters; kept only while there is a prologue. */
    private final List<Setting> settings = new ArrayList<>(0);

    private final List<Binding> parameters = new ArrayList<>(0);

    /**
     * @param canPrepend whether a prologue can be prepended
     */
    PreparedStatementHandle(ConnectionHandle connection, String sql, boolean canPrepend, Preparation preparation)
            throws SQLException {
        super(connection);
        this.sql = sql;
        this.preparation = preparation;
        this.prologue = canPrepend ? transaction().prologueFor(sql, true) : Prologue.NONE;
        replace(prepare());
    }

    /**
     * Prepares it with its prologue. If that begins no transaction, both are one only in one flight, which pgjdbc may split after a statement
     * that it has described at the server ({@code QueryExecutorImpl.flushIfDeadlockRisk}): so it is not prepared there.
     */
    private PreparedStatement prepare() throws SQLException {
        PreparedStatement made = preparation.prepare(sqlWithPrologue());
        if (!prologue.isEmpty() && !prologue.begins()) {
            made.unwrap(PGStatement.class).setPrepareThreshold(0);
        }
        return made;
    }

    private String sqlWithPrologue() {
        return prologue.isEmpty() ? sql : prologue.sql() + sql;
    }

    private PreparedStatement prepared() throws SQLException {
        return (PreparedStatement) driver();
    }

    /** Returns the driver's statement, prepared without a prologue. */
    private PreparedStatement withoutPrologue() throws SQLException {
        if (!prologue.isEmpty()) {
            prepareWith(Prologue.NONE);
        }
        return prepared();
    }

    private void prepareWith(Prologue next) throws SQLException {
        driver();
        prologue = next;
        executed = false;
        PreparedStatement other = prepare();
        replace(other);
        replaySettings(other);
        if (next.isEmpty()) {
            settings.clear();
            parameters.clear();
        }
    }

    private void replaySettings(PreparedStatement other) throws SQLException {
        for (Setting setting : settings) {
            setting.apply(other);
        }
        for (Binding parameter : parameters) {
            if (parameter != null) {
                parameter.apply(other);
            }
        }
    }

    @Override
    protected void set(Setting setting) throws SQLException {
        super.set(setting);
        if (!prologue.isEmpty()) {
            settings.add(setting);
        }
    }

    @Override
    void bind(int index, Binding binding) throws SQLException {
        binding.apply(prepared());
        if (!prologue.isEmpty()) {
            while (parameters.size() < index) {
                parameters.add(null);
            }
            parameters.set(index - 1, binding);
        }
    }

    @Override
    PreparedStatement streaming() throws SQLException {
        return withoutPrologue();
    }

    @Override
    Statement handedOut() throws SQLException {
        return executed ? prepared() : withoutPrologue(); // its results may still be read
    }

    @Override
    PreparedStatement storing() throws SQLException {
        driver();
        transaction().begin();
        return withoutPrologue();
    }

    @Override
    public void clearParameters() throws SQLException {
        prepared().clearParameters();
        parameters.clear();
    }

    private <T> T run(Action<T> action, Action<T> results) throws SQLException {
        try {
            return execute(action, results);
        } finally {
            executed = true;
        }
    }

    private <T> T execute(Action<T> action, Action<T> results) throws SQLException {
        // Without a prologue no settings were kept, so it cannot be prepared again
        boolean streams =
                driver().getFetchSize() > 0 || driver().getMaxFieldSize() > 0; // which cuts the prologue's, too
        if (prologue.isEmpty() && !streams && transaction().isSentAlone(sql)) {
            return send(Prologue.NONE, sql, prepared(), action);
        }
        boolean canPrepend = !prologue.isEmpty() && !streams;
        Prologue needed = transaction().prologueFor(sql, canPrepend);
        if (!canPrepend) {
            PreparedStatement statement = withoutPrologue();
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
        return handle(run(driver -> ((PreparedStatement) driver).executeQuery(), Results::rows));
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
        withoutPrologue().addBatch();
    }

    @Override
    public void addBatch(String text) throws SQLException {
        withoutPrologue().addBatch(text); // throws the driver's exception
    }

    @Override
    public int[] executeBatch() throws SQLException {
        withoutPrologue();
        return runAlone(sql, Statement::executeBatch);
    }

    @Override
    public long[] executeLargeBatch() throws SQLException {
        withoutPrologue();
        return runAlone(sql, Statement::executeLargeBatch);
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return metadata(PreparedStatement::getMetaData);
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        return metadata(PreparedStatement::getParameterMetaData);
    }

    @FunctionalInterface
    private interface MetadataQuery<T> {
        T at(PreparedStatement driver) throws SQLException;
    }

    private <T> T metadata(MetadataQuery<T> query) throws SQLException {
        PreparedStatement statement = prepared();
        if (prologue.isEmpty()) {
            return metadata(query, statement);
        }
        try (PreparedStatement other = preparation.prepare(sql)) { // the results of this one may still be read
            replaySettings(other);
            return metadata(query, other);
        }
    }

    /** Returns metadata. Begins a transaction only if the metadata depends on the schema that was set. */
    private <T> T metadata(MetadataQuery<T> query, PreparedStatement statement) throws SQLException {
        return transaction().settings().mayHaveSchema()
                ? runAlone(sql, driver -> query.at(statement))
                : query.at(statement);
    }
}
