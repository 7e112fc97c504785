package com.ketomealplan.neon.gate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ketomealplan.neon.connect.Connector;
import com.ketomealplan.neon.connect.Phase;
import com.ketomealplan.neon.connect.PhysicalConnection;
import com.ketomealplan.neon.failure.FailureKind;
import com.ketomealplan.neon.failure.HasFailureStage;
import com.ketomealplan.neon.url.Endpoint;
import com.ketomealplan.testing.Interleavings;
import com.ketomealplan.testing.Planted;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The gate's admission in many orders of those who ask, who give up, and the attempts that succeed and fail. */
@Tag("campaign-only")
class WakeGateModelTest {

    /** Each order has a thread for each attempt. */
    private static final int MOST = 100;

    @Test
    void everybodyIsServedAndNoAttemptIsMadeBeyondTheLimit() {
        Interleavings.of(new Opened(), MOST);
    }

    @Test
    void oneAttemptThatFailsForGoodIsToldToAllWhoWaitForIt() {
        Interleavings.of(new Refused(), MOST);
    }

    @Test
    void anAttemptThatFailsForAWhileLosesNobody() {
        Interleavings.of(new Interrupted(), MOST);
    }

    /** It is put into the queue past those who take from it: nobody is told, or two attempts are made at once. */
    @Test
    void theCheckFindsARequestThatDoesNotLock() {
        assertThatThrownBy(
                        () -> Interleavings.ofBroken(new Opened(), Planted.in(WakeGate.class, "request", Opened.class)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(Interleavings.FOUND);
    }

    /** One asks, and closes what it gets. Another one asks, and gives up. */
    static final class Opened implements Runnable {

        @Override
        public void run() {
            Server server = new Server(number -> Optional.empty());
            oneGivesUp(server, Client::requireServed);
        }
    }

    /** Both ask, and the log-in is refused: whoever comes later is told so without another attempt. */
    static final class Refused implements Runnable {

        @Override
        public void run() {
            Server server = new Server(number -> Optional.of(FailureKind.AUTHENTICATION));
            WakeGate gate = server.gate();
            Client first = new Client(gate);
            Client second = new Client(gate);
            Interleavings.atOnce(first::ask, second::ask);
            server.settle();

            first.requireToldOf(FailureKind.AUTHENTICATION);
            second.requireToldOf(FailureKind.AUTHENTICATION);
            require(server.begun == 1, server.begun + " attempts");
        }
    }

    /** Both ask of a server that still starts, and one gives up. */
    static final class Interrupted implements Runnable {

        @Override
        public void run() {
            Server server = new Server(number -> number > 1 ? Optional.empty() : Optional.of(FailureKind.WAKING));
            oneGivesUp(server, Client::requireAnswered);
        }
    }

    /** Two ask, and the second one gives up, unless it has its answer before. */
    private static void oneGivesUp(Server server, Consumer<Client> requirement) {
        WakeGate gate = server.gate();
        Client first = new Client(gate);
        Client second = new Client(gate);
        Interleavings.atOnce(first::ask, () -> {
            second.ask();
            second.giveUp();
        });
        server.settle();

        first.requireServed();
        requirement.accept(second);
        requireOneAtATime(gate, server, first, second);
    }

    /** After both have closed what they got, no connection is open, and there may be one attempt again: there is one. */
    private static void requireOneAtATime(WakeGate gate, Server server, Client first, Client second) {
        first.close();
        second.close();
        server.holds = true;
        new Client(gate).ask();
        new Client(gate).ask();
        require(server.tasks.size() == 1, server.tasks.size() + " attempts for the next two");
    }

    static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    /** Asks for one connection, and notes what it is told. */
    static final class Client implements ConnectionReceiver {

        private final WakeGate gate;
        private OpeningRequest request;
        private Optional<PhysicalConnection> connection = Optional.empty();
        private Optional<FailureKind> failure = Optional.empty();
        private int opened;
        private int answers;
        private boolean cancelled;

        Client(WakeGate gate) {
            this.gate = gate;
        }

        void ask() {
            request = gate.request(this);
        }

        void giveUp() {
            cancelled = request.cancel();
        }

        void close() {
            connection.ifPresent(gate::close);
        }

        @Override
        public synchronized void onOpened(PhysicalConnection made) {
            connection = Optional.of(made);
            opened++;
            answers++;
        }

        @Override
        public synchronized void onFailed(OpeningFailedException reason) {
            failure = reason.kind();
            answers++;
        }

        synchronized void requireAnswered() {
            require(answers == (cancelled ? 0 : 1), answers + " answers" + (cancelled ? " after it gave up" : ""));
        }

        synchronized void requireServed() {
            requireAnswered();
            require(cancelled || opened == 1, "no connection, but " + failure);
        }

        synchronized void requireToldOf(FailureKind kind) {
            requireAnswered();
            require(failure.filter(kind::equals).isPresent(), "told of " + failure);
        }
    }

    /** Of a kind that is known, so that no order is spent on regular expressions. */
    private static final class RefusedException extends SQLException implements HasFailureStage {

        private static final long serialVersionUID = 1L;

        private final FailureKind kind;

        RefusedException(FailureKind kind) {
            this.kind = kind;
        }

        @Override
        public Stage stage() {
            return Stage.OPENING;
        }

        @Override
        public Optional<FailureKind> kind() {
            return Optional.of(kind);
        }
    }

    /** Answers each attempt on a thread of its own, and has the gate's timer. */
    static final class Server implements Connector {

        /** What is known of a connection to the gate: that it is closed. */
        private static final Connection CONNECTION = (Connection) Proxy.newProxyInstance(
                Server.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, args) -> method.getName().equals("equals") ? proxy == args[0] : null);

        private static final List<PhysicalConnection> CONNECTIONS = List.of(connection(), connection());

        /** What the attempt of that number fails with. */
        interface Answers {
            Optional<FailureKind> of(int number);
        }

        private final Answers answers;
        private final List<Thread> threads = new ArrayList<>();
        private final Queue<Runnable> tasks = new ArrayDeque<>();
        private final Queue<Runnable> timed = new ArrayDeque<>();
        private boolean holds;
        private long nanos;
        private int begun;
        private int current;
        private int succeeded;
        private Optional<String> beyond = Optional.empty();

        private static PhysicalConnection connection() {
            try {
                Endpoint endpoint = Endpoint.parse("postgresql://user:password@localhost/database");
                return new PhysicalConnection(CONNECTION, null, endpoint, Optional.empty());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        Server(Answers answers) {
            this.answers = answers;
        }

        WakeGate gate() {
            return new WakeGate(this, this::nanos, this::after, this::execute);
        }

        private synchronized long nanos() {
            return nanos;
        }

        /** What comes later than a retry looks for an outage, of which there is none. */
        private synchronized Future<?> after(Duration delay, Runnable task) {
            if (delay.compareTo(OutageDetector.GRACE) < 0) {
                timed.add(task);
            }
            return new CompletableFuture<>();
        }

        private synchronized void execute(Runnable task) {
            if (holds) {
                tasks.add(task);
                return;
            }
            Thread thread = new Thread(task);
            threads.add(thread);
            thread.start();
        }

        @Override
        public PhysicalConnection open(Duration atMost, Consumer<Phase> entered) throws SQLException {
            begin();
            entered.accept(Phase.LOGIN);
            return end();
        }

        private synchronized void begin() {
            begun++;
            current++;
            if (current > 1 + succeeded) {
                beyond = Optional.of(current + " attempts at once after " + succeeded + " that succeeded");
            }
        }

        private synchronized PhysicalConnection end() throws SQLException {
            current--;
            Optional<FailureKind> failure = answers.of(begun);
            if (failure.isPresent()) {
                throw new RefusedException(failure.get());
            }
            return CONNECTIONS.get(succeeded++ % CONNECTIONS.size());
        }

        @Override
        public String target() {
            return "model";
        }

        /** Waits for all attempts, and for those that a timer begins. */
        void settle() {
            do {
                for (Optional<Thread> next = nextThread(); next.isPresent(); next = nextThread()) {
                    join(next.get());
                }
                nextTimed().ifPresent(Runnable::run);
            } while (isBusy());
            require(beyond.isEmpty(), beyond.toString());
        }

        private synchronized boolean isBusy() {
            return !threads.isEmpty() || !timed.isEmpty();
        }

        private synchronized Optional<Thread> nextThread() {
            return threads.isEmpty() ? Optional.empty() : Optional.of(threads.remove(0));
        }

        private synchronized Optional<Runnable> nextTimed() {
            nanos += Duration.ofMillis(50).toNanos(); // longer than the pause after a first failure
            return Optional.ofNullable(timed.poll());
        }

        private static void join(Thread thread) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }
}
