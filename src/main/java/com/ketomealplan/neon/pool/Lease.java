package com.ketomealplan.neon.pool;

import com.ketomealplan.http.RequestId;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A borrower's view of a connection: closing it gives it back, once, and what JDBC would change of the session is done for
 * the transaction ({@link TransactionOpening}). It ends with its deadline ({@link LeaseWatch}).
 */
final class Lease implements InvocationHandler, LeasedTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** For the server to answer a cancelled statement, besides the way there; then the socket is closed. */
    private static final Duration TIME_TO_CANCEL = Duration.ofMillis(100);

    private static final Duration LONGEST_TIME_TO_CANCEL = Duration.ofSeconds(1);

    /** A cancel request takes a TCP connection and the way of the answer: two round trips, and as many for its luck. */
    private static final int ROUND_TRIPS_OF_CANCEL = 4;

    private final PooledConnection connection;
    private final PhysicalConnection physical;
    private final ConnectionPool pool;
    private final Connection jdbc;
    private final TransactionOpening opening;
    private final Optional<Deadline> deadline = Deadline.current();
    private final Wait wait;
    private final Thread borrower = Thread.currentThread();
    private final Optional<String> purpose = Purpose.current();
    private final Optional<String> request = Optional.ofNullable(MDC.get(RequestId.MDC_KEY));
    private final long borrowedNanos = System.nanoTime();
    private boolean altered;
    private volatile String statement;
    private volatile boolean closed;
    private volatile boolean insideTransaction;
    private volatile boolean discarded;
    private boolean cancelled;
    private long severNanos;
    private volatile String endedBecause;
    private boolean serverSilent;
    private volatile long commitNanos;
    private Commit commit = Commit.NOT_SENT;

    /**
     * @param wait of its borrower in line
     */
    Lease(PooledConnection connection, ConnectionPool pool, Wait wait) {
        this.wait = wait;
        this.connection = connection;
        this.physical = connection.physical();
        this.pool = pool;
        this.jdbc = physical.jdbc();
        this.opening = new TransactionOpening(physical);
        connection.lentTo(this);
    }

    Connection asConnection() {
        return (Connection)
                Proxy.newProxyInstance(Lease.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return closed ? "a connection that was given back" : jdbc.toString();
            case "close":
                end(altered);
                return null;
            case "abort":
                if (!closed) {
                    call(jdbc, method, arguments);
                    end(true);
                }
                return null;
            case "isClosed":
                return closed || jdbc.isClosed();
            case "isWrapperFor":
                return ((Class<?>) arguments[0]).isInstance(this) || (boolean) call(jdbc, method, arguments);
            case "unwrap":
                if (((Class<?>) arguments[0]).isInstance(this)) {
                    return this;
                }
                break;
            default:
                break;
        }
        if (closed) {
            return afterEnd(method);
        }
        if (endedBecause != null) {
            throw new DeadlineExceededException(endedBecause, (Throwable) null);
        }
        return switch (method.getName()) {
            case "unwrap" -> {
                open(); // what is done past this one is to be inside the transaction too
                yield ((Class<?>) arguments[0]).isInstance(jdbc) ? jdbc : call(jdbc, method, arguments);
            }
            case "setTransactionIsolation" -> {
                opening.isolation((int) arguments[0]);
                yield null;
            }
            case "getTransactionIsolation" -> opening.isolation();
            case "setReadOnly" -> {
                opening.readOnly((boolean) arguments[0]);
                yield null;
            }
            case "setSchema" -> {
                opening.schema((String) arguments[0]);
                yield null;
            }
            case "setAutoCommit" -> {
                autoCommit((boolean) arguments[0]);
                yield null;
            }
            case "commit" -> {
                commit();
                yield null;
            }
            case "rollback" -> {
                Object result = call(jdbc, method, arguments);
                if (arguments == null) { // not back to a savepoint
                    opening.transactionOver();
                    opening.forget();
                }
                yield result;
            }
            case "setNetworkTimeout", "setHoldability", "setClientInfo", "setTypeMap" -> {
                altered = true; // for good: the connection is not handed on
                yield call(jdbc, method, arguments);
            }
            case "prepareStatement" -> {
                inTime("the next statement was sent");
                yield opening.isPending() && mayTravel(method) ? first(method, arguments) : after(method, arguments);
            }
            case "createStatement", "prepareCall", "setSavepoint", "getMetaData", "getSchema" -> {
                inTime("the next statement was sent");
                yield after(method, arguments);
            }
            default -> call(jdbc, method, arguments);
        };
    }

    /** JDBI puts a connection back as it was, also one that was discarded while its COMMIT was looked up. */
    private Object afterEnd(Method method) throws SQLException {
        if (discarded) {
            switch (method.getName()) {
                case "getAutoCommit":
                    return true;
                case "getTransactionIsolation":
                    return opening.isolation();
                case "setAutoCommit", "setTransactionIsolation", "setReadOnly":
                    return null;
                default:
                    break;
            }
        }
        throw new SQLException("this connection was given back", "08003");
    }

    private void autoCommit(boolean on) throws SQLException {
        if (on && physical.isInTransaction()) {
            commit(); // as JDBC has it
        }
        if (!on) {
            commit = Commit.NOT_SENT;
            opening.forget();
        }
        jdbc.setAutoCommit(on);
        insideTransaction = !on;
    }

    private void commit() throws SQLException {
        commit = Commit.NOT_SENT;
        if (jdbc.getAutoCommit()) {
            jdbc.commit(); // the driver's own complaint
            return;
        }
        inTime("COMMIT was sent");
        // Half of what is left is for the answer, the other half for finding out if none comes
        commitNanos = deadline.map(end -> System.nanoTime()
                        + Math.max(end.left().toNanos() / 2, timeToCancel().toNanos()))
                .orElse(0L);
        commit = Commit.UNANSWERED;
        try {
            physical.commit();
            commit = Commit.DONE;
            opening.forget();
        } catch (SQLException e) {
            commit = jdbc.isClosed() ? Commit.UNANSWERED : Commit.REFUSED;
            throw e;
        } finally {
            commitNanos = 0;
            opening.transactionOver();
        }
    }

    private void inTime(String doing) throws DeadlineExceededException {
        if (deadline.isPresent() && deadline.get().isOver()) {
            throw new DeadlineExceededException(doing, deadline.get());
        }
    }

    /** With generated keys, pgjdbc takes the first result for them. */
    private static boolean mayTravel(Method prepare) {
        Class<?>[] parameters = prepare.getParameterTypes();
        return parameters.length == 1 || parameters.length > 2;
    }

    private Object first(Method method, Object[] arguments) {
        return FirstStatement.of(this, before -> {
            Object[] joined = arguments.clone();
            joined[0] = before.isEmpty() ? arguments[0] : before + " " + arguments[0];
            return (PreparedStatement) call(jdbc, method, joined);
        });
    }

    private Object after(Method method, Object[] arguments) throws Throwable {
        open();
        return call(jdbc, method, arguments);
    }

    /** Begins the transaction on the server, unless it has begun. */
    void open() throws SQLException {
        if (opening.isPending()) {
            opening.execute(deadline);
        }
    }

    /** Whether the next statement is the first one of a transaction. */
    boolean isPending() throws SQLException {
        return opening.isPending();
    }

    /** What the first statement of a transaction brings with it; nothing if it has begun. */
    List<String> openWith() throws SQLException {
        inTime("the next statement was sent");
        return opening.isPending() ? opening.statements(deadline) : List.of();
    }

    /** A statement that brings them is about to be sent. */
    void opens() throws SQLException {
        if (opening.isPending()) {
            opening.begin();
        }
    }

    /** They were executed with it. */
    void opened(PreparedStatement executed, int statements) throws SQLException {
        opening.skip(executed, statements);
    }

    @Override
    public Optional<TransactionIdentity> identity() {
        return opening.identity();
    }

    @Override
    public boolean onlyReads() {
        return opening.onlyReads();
    }

    @Override
    public Commit lastCommit() {
        return commit;
    }

    @Override
    public Optional<String> endedBecause() {
        return Optional.ofNullable(endedBecause);
    }

    @Override
    public Duration waited() {
        return wait.whole();
    }

    @Override
    public void executes(String name) {
        statement = name;
    }

    /** By any thread. */
    ConnectionReport.Use use() {
        return new ConnectionReport.Use(
                purpose,
                request,
                time(),
                Optional.ofNullable(statement),
                opening.identity().map(TransactionIdentity::id));
    }

    @Override
    public void discard() {
        if (claimEnd(true)) {
            physical.sever();
            pool.giveBack(this, connection, true);
        }
    }

    boolean isOpen() {
        return !closed;
    }

    /** Since it was borrowed. */
    Duration time() {
        return Duration.ofNanos(System.nanoTime() - borrowedNanos);
    }

    /** From a borrower who has forgotten it. */
    void reclaim() {
        pool.leaked();
        discard();
    }

    /** Ends it, if its time has come. By the thread of {@link LeaseWatch}, which must not block. */
    void look(Duration longestIdle) {
        boolean cancel = false;
        synchronized (this) { // from here on it is spent: nobody else is given its connection
            if (closed || endedBecause != null) {
                return;
            }
            if (commitNanos != 0) {
                // Never cancelled: a COMMIT that waits for a replica would say that it is done
                if (System.nanoTime() - commitNanos > 0) {
                    serverSilent = true;
                    endedBecause = "COMMIT has not been answered in half of the time that was left";
                }
            } else if (deadline.isPresent() && deadline.get().isOver()) {
                if (cancelled
                        ? isPast(severNanos)
                        : deadline.get().isOverFor(timeToCancel()) && !physical.awaitsServer()) {
                    serverSilent = physical.awaitsServer();
                    endedBecause = "its deadline of " + deadline.get().time().toMillis() + " ms has passed";
                } else if (!cancelled && physical.awaitsServer()) {
                    cancelled = true;
                    severNanos = System.nanoTime() + timeToCancel().toNanos();
                    cancel = true;
                }
            } else if (insideTransaction && isIdleFor(longestIdle)) {
                endedBecause = "it has been idle in its transaction for " + longestIdle.toMillis() + " ms";
            }
        }
        if (cancel) {
            LeaseWatch.BLOCKING.execute(this::cancel);
        } else if (endedBecause != null) {
            endUnderBorrower();
        }
    }

    private static boolean isPast(long nanos) {
        return System.nanoTime() - nanos >= 0;
    }

    private Duration timeToCancel() {
        Duration roundTrip = physical.openingTimes()
                .map(times -> times.phases().get(Phase.TCP))
                .orElse(Duration.ZERO);
        Duration time = TIME_TO_CANCEL.plus(roundTrip.multipliedBy(ROUND_TRIPS_OF_CANCEL));
        return time.compareTo(LONGEST_TIME_TO_CANCEL) < 0 ? time : LONGEST_TIME_TO_CANCEL;
    }

    private boolean isIdleFor(Duration time) {
        return !physical.awaitsServer() && System.nanoTime() - physical.lastUsedNanos() > time.toNanos();
    }

    private void cancel() {
        try {
            physical.cancel();
        } catch (SQLException e) {
            LOG.debug("A statement could not be cancelled; its connection is closed", e);
        }
    }

    private void endUnderBorrower() {
        physical.sever();
        LeaseWatch.BLOCKING.execute(this::logEnd);
    }

    /** Not by the thread of the deadlines: a log may block, and a stack trace waits for a safepoint. */
    private void logEnd() {
        Throwable where = new Throwable("the thread that borrowed it, as it is now: " + borrower.getName());
        where.setStackTrace(borrower.getStackTrace());
        LOG.warn("A connection is closed, and its transaction rolled back: {}", endedBecause, where);
    }

    /** Whether it was ended because the server did not answer in time, not even that it has cancelled. */
    synchronized boolean isServerSilent() {
        return serverSilent;
    }

    private void end(boolean spent) {
        if (claimEnd(spent)) {
            opening.end();
            pool.giveBack(this, connection, isSpent());
        }
    }

    /**
     * Only one gives it back, whoever else tries to.
     *
     * @param spent whether its connection is of no use to others
     */
    private synchronized boolean claimEnd(boolean spent) {
        boolean first = !closed;
        closed = true;
        discarded |= spent;
        return first;
    }

    /** Whether its connection is of no use to others: a request to cancel may still come in, for whoever has it then. */
    private synchronized boolean isSpent() {
        return discarded || isOutOfTime();
    }

    /** Whether its time came before its borrower was done. */
    synchronized boolean isOutOfTime() {
        return cancelled || endedBecause != null;
    }

    static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
