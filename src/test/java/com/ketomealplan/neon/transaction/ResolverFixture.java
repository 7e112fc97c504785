package com.ketomealplan.neon.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.ketomealplan.neon.connect.Listeners;
import com.ketomealplan.neon.connect.PlainDataSource;
import com.ketomealplan.neon.gate.WakeGate;
import com.ketomealplan.neon.handle.LeasedTransaction;
import com.ketomealplan.neon.handle.TransactionIdentity;
import com.ketomealplan.neon.lease.Deadline;
import com.ketomealplan.neon.pool.Pool;
import com.ketomealplan.neon.pool.QueueLimits;
import com.ketomealplan.neon.pool.Retention;
import com.ketomealplan.neon.pool.core.ConnectionPool;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Connectors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.LoggerFactory;

/** Transactions of a pool, whose outcomes a {@link CommitResolver} looks up, and what it logs meanwhile. */
final class ResolverFixture implements AutoCloseable {

    /** Far beyond the resolver's own time, so that it does not run out of it on a loaded machine. */
    static final Duration AMPLE = Duration.ofMinutes(1);

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(CommitResolver.class);

    private final List<Pool> pools = new ArrayList<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Pool pool;

    @FunctionalInterface
    interface BeforeLookup {
        void lookup(int number) throws SQLException;
    }

    /**
     * @param endpoint a database with the table {@code things (id int)}
     */
    ResolverFixture(Endpoint endpoint) {
        pool = poolOf(endpoint);
        log.start();
        LOG.addAppender(log);
    }

    /** Another pool, which opens a connection for each lookup. */
    Pool poolOf(Endpoint endpoint) {
        return poolOf(endpoint, Retention.perRequest(4), AMPLE);
    }

    Pool poolOf(Endpoint endpoint, Retention retention, Duration maxWait) {
        Pool made = new ConnectionPool(
                "test",
                new WakeGate(Connectors.to(endpoint)),
                retention,
                new QueueLimits(maxWait, 10),
                AMPLE,
                Duration.ofHours(1));
        pools.add(made);
        return made;
    }

    Connection connect() throws SQLException {
        return pool.getConnection();
    }

    /** A connection in a transaction that has written. */
    Connection writing() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        execute(connection, "INSERT INTO things VALUES (1)");
        return connection;
    }

    TransactionIdentity committed() throws SQLException {
        try (Connection connection = writing()) {
            TransactionIdentity transaction = identityOf(connection);
            connection.commit();
            return transaction;
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The identity that a unit of work reads. */
    static TransactionIdentity identityOf(Connection connection) {
        return LeasedTransaction.of(connection).orElseThrow().identity().orElseThrow();
    }

    /** What the server of the pool answers, without the checks whether it may be believed. */
    static String statusOf(TransactionIdentity transaction, Pool pool) {
        return Jdbi.create(pool).withHandle(handle -> handle.select("SELECT pg_xact_status(?::xid8)", transaction.id())
                .mapTo(String.class)
                .one());
    }

    /** Runs something before each lookup, numbered from 1. */
    PlainDataSource lookingUp(DataSource dataSource, BeforeLookup before) {
        AtomicInteger lookups = new AtomicInteger();
        return () -> {
            before.lookup(lookups.incrementAndGet());
            return dataSource.getConnection();
        };
    }

    PlainDataSource lookingUp(BeforeLookup before) {
        return lookingUp(pool, before);
    }

    CommitOutcome resolve(TransactionIdentity transaction) throws Exception {
        return resolve(pool, transaction);
    }

    CommitOutcome resolve(DataSource dataSource, TransactionIdentity transaction) throws Exception {
        return resolve(dataSource, transaction, AMPLE);
    }

    /** Looks up an outcome, of which the listener is notified too. */
    CommitOutcome resolve(DataSource dataSource, TransactionIdentity transaction, Duration time) throws Exception {
        log.list.clear();
        List<CommitOutcome> heard = new ArrayList<>();
        UnitListener listener = new UnitListener() {
            @Override
            public void onCommitResolved(CommitOutcome outcome) {
                heard.add(outcome);
            }
        };
        CommitResolver resolver = new CommitResolver(dataSource, Listeners.of(List.of(listener)));
        CommitOutcome outcome = Deadline.within(time, Duration.ZERO, () -> resolver.resolve(transaction));
        assertThat(heard).containsExactly(outcome);
        return outcome;
    }

    /** What the last lookup has logged. */
    List<String> warnings() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        LOG.detachAppender(log);
        pools.forEach(Pool::stop);
    }
}
