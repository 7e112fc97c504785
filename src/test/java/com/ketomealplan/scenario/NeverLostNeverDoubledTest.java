package com.ketomealplan.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.ketomealplan.scenario.Operations.Answer;
import com.ketomealplan.scenario.Operations.Request;
import com.ketomealplan.testing.Needs;
import com.ketomealplan.testing.NeonProxy;
import com.ketomealplan.testing.NeonProxy.Action;
import com.ketomealplan.testing.NeonProxy.Direction;
import com.ketomealplan.testing.PgBouncer;
import com.ketomealplan.testing.Program;
import com.ketomealplan.testing.Ring;
import com.ketomealplan.testing.TestDatabase;
import com.ketomealplan.testing.TestService;
import io.dropwizard.testing.ConfigOverride;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections are cut at every message boundary of {@code POST /complex-operation}, and the database is compared with what was
 * answered. {@code -Dcuts=1000} for more of them.
 */
@Tag("campaign")
@Needs(Program.PGBOUNCER)
class NeverLostNeverDoubledTest {

    private static final int CUTS = Ring.times("cuts", 8, 200);

    /** The ways to run the service, which share the random cuts at every message. */
    private static final int COMBINATIONS = 8;

    /** Messages of an operation without a key, in both directions; with one there are more. */
    private static final int FEWEST_MESSAGES = 20;

    private static final Pattern EMAIL = Pattern.compile("[0-9a-f-]{36}@example.com");

    private final TestDatabase database = TestDatabase.migrated();

    /** The operation whose messages a thread of the proxy passes on, by its e-mail address. */
    private final ThreadLocal<String> passing = new ThreadLocal<>();

    private final Set<String> cutOnce = ConcurrentHashMap.newKeySet();
    private PgBouncer pooler;
    private NeonProxy proxy;
    private TestService service;
    private Operations operations;

    private void start(String pooling, boolean throughPooler) throws Exception {
        pooler = throughPooler ? PgBouncer.before(database, 10) : null;
        proxy = throughPooler ? NeonProxy.before(pooler) : NeonProxy.before(database);
        service = TestService.at(
                proxy.url(database) + (throughPooler ? "?timezone=Asia/Tokyo" : ""),
                ConfigOverride.config("database.pooling", pooling),
                ConfigOverride.config("database.pooledEndpoint", Boolean.toString(throughPooler)),
                ConfigOverride.config("logging.level", "OFF"));
        operations = new Operations(service, database);
        assertThat(operations.send(Request.next(false)).isCreated()).isTrue();
        assertThat(operations.send(Request.next(true)).isCreated()).isTrue();
    }

    @AfterEach
    void stop() throws Exception {
        service.stop();
        proxy.close();
        if (pooler != null) {
            pooler.close();
        }
    }

    @ParameterizedTest(name = "{0}, pooler: {1}")
    @CsvSource({"pooled, false", "pooled, true", "per_request, false", "per_request, true"})
    void whatIsAnsweredIsWhatIsStored(String pooling, boolean throughPooler) throws Exception {
        start(pooling, throughPooler);
        for (boolean keys : List.of(false, true)) {
            theAnswerOfCommitIsLost(keys);
            commitIsLost(keys);
            if (!throughPooler) {
                eachMessageIsLostOnce(keys);
            }
            if (Ring.isCampaign()) {
                anyMessageIsLost(keys);
            }
        }
    }

    private void theAnswerOfCommitIsLost(boolean keys) {
        cutOnceAt((direction, text) -> direction == Direction.FROM_SERVER && text.startsWith("COMMIT"));
        List<Answer> answers = sendAndCheck(CUTS, keys);
        assertThat(cutOnce).hasSize(CUTS);
        if (Ring.isCampaign()) {
            long quick = answers.stream()
                    .filter(Answer::isCreated)
                    .filter(answer -> answer.time().toMillis() <= 2_000)
                    .count();
            assertThat(quick).as(Operations.summary(answers)).isGreaterThanOrEqualTo(CUTS - Math.max(1, CUTS / 1_000));
        } else {
            assertThat(answers)
                    .allSatisfy(answer -> assertThat(answer.isCreated()).isTrue());
        }
        Operations.report("The connection is cut after COMMIT took effect, before its answer arrives", answers);
    }

    private void commitIsLost(boolean keys) {
        // With a key it is in the flight that stores the answer, whose headers are one of its values
        cutOnceAt((direction, text) -> direction == Direction.FROM_CLIENT
                && (keys ? text.contains("\"Location\"") : text.startsWith("COMMIT")));
        List<Answer> answers = sendAndCheck(CUTS, keys);
        assertThat(cutOnce).hasSize(CUTS);
        assertThat(Operations.created(answers)).as(Operations.summary(answers)).isGreaterThanOrEqualTo(0.99);
        Operations.report("The connection is cut before COMMIT reaches the server", answers);
    }

    private List<Answer> sendAndCheck(int count, boolean keys) {
        List<Answer> answers = operations.send(4, count, keys);
        passAll();
        operations.check(answers);
        return answers;
    }

    private void passAll() {
        proxy.intercept((connection, direction, type, body) -> Action.PASS);
    }

    /** A message of which each operation has one. */
    @FunctionalInterface
    private interface Place {
        boolean is(Direction direction, String text);
    }

    /** Cuts each operation once. */
    private void cutOnceAt(Place place) {
        cutOnce.clear();
        proxy.intercept((connection, direction, type, body) -> {
            String text = new String(body, StandardCharsets.ISO_8859_1);
            Matcher email = EMAIL.matcher(text);
            if (email.find()) {
                passing.set(email.group());
            }
            boolean there = place.is(direction, text) && passing.get() != null;
            return there && cutOnce.add(passing.get()) ? Action.CUT : Action.PASS;
        });
    }

    /** One operation after the other: the first is cut at its first message, the second at its second one, and so on. */
    private void eachMessageIsLostOnce(boolean keys) {
        List<Answer> answers = new ArrayList<>();
        AtomicBoolean cut = new AtomicBoolean();
        do {
            cut.set(false);
            cutFirstUnitAt(answers.size() + 1, cut);
            answers.add(operations.send(Request.next(keys)));
        } while (cut.get());
        passAll();

        assertThat(answers).as("one for each message").hasSizeGreaterThan(FEWEST_MESSAGES);
        operations.check(answers);
        assertThat(answers).allSatisfy(answer -> assertThat(answer.isCreated()).isTrue());
    }

    private void cutFirstUnitAt(int message, AtomicBoolean cut) {
        AtomicInteger passed = new AtomicInteger();
        AtomicBoolean committed = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        proxy.intercept((connection, direction, type, body) -> {
            if (over.get()) {
                return Action.PASS; // whatever follows is well
            }
            if (passed.incrementAndGet() == message) {
                over.set(true);
                cut.set(true);
                return Action.CUT;
            }
            over.set(committed.get() && type == 'Z');
            committed.compareAndSet(
                    false, type == 'C' && new String(body, StandardCharsets.US_ASCII).startsWith("COMMIT"));
            return Action.PASS;
        });
    }

    private void anyMessageIsLost(boolean keys) {
        Map<Integer, Integer> cuts = cutEverywhere();
        List<Answer> answers = new ArrayList<>();
        while (answers.isEmpty() || total(cuts) < cuts.size() * CUTS / COMBINATIONS) {
            answers.addAll(operations.send(4, 200, keys));
        }
        passAll();
        operations.check(answers);
        assertThat(Operations.created(answers)).as(Operations.summary(answers)).isGreaterThanOrEqualTo(0.99);
        Operations.report("One of four transactions is cut, at one of its messages after the other", answers);
    }

    /** Where a connection is: how many messages have passed since it was last out of a transaction, and which will not. */
    private static final class Conversation {
        int passed;
        int cutAt;
    }

    /**
     * Cuts one of four units of work, also of those that run again and those that look up what became of another, at one
     * message after the other. By chance, because four clients in step would meet every fourth cut.
     *
     * @return how often it was cut, by message; still growing
     */
    private Map<Integer, Integer> cutEverywhere() {
        Map<Integer, Integer> cuts = new TreeMap<>();
        Map<Object, Conversation> conversations = new HashMap<>();
        AtomicInteger planned = new AtomicInteger();
        Random random = new Random(42);
        AtomicInteger longest = new AtomicInteger(1);
        proxy.intercept((connection, direction, type, body) -> {
            synchronized (cuts) {
                Conversation conversation = conversations.computeIfAbsent(connection, any -> new Conversation());
                if (conversation.passed++ == 0) {
                    conversation.cutAt = random.nextInt(4) == 0 ? 1 + planned.getAndIncrement() % longest.get() : 0;
                }
                longest.accumulateAndGet(conversation.passed, Math::max);
                if (conversation.passed == conversation.cutAt) {
                    cuts.merge(conversation.passed, 1, Integer::sum);
                    return Action.CUT;
                }
                if (type == 'Z' && body[0] == 'I') {
                    conversation.passed = 0;
                }
                return Action.PASS;
            }
        });
        return cuts;
    }

    private static int total(Map<Integer, Integer> cuts) {
        synchronized (cuts) {
            return cuts.values().stream().mapToInt(Integer::intValue).sum();
        }
    }
}
