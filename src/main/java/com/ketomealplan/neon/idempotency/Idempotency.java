package com.ketomealplan.neon.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.http.Problem;
import com.ketomealplan.neon.idempotency.IdempotencyFilter.KeyedRequest;
import com.ketomealplan.neon.idempotency.IdempotencyStore.Found;
import com.ketomealplan.neon.transaction.UnitOfWork;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Lets a POST with an {@code Idempotency-Key} act once. Its answer is stored if its unit of work is committed; an error is
 * not, because nothing was done, and a repetition tries again.
 */
public final class Idempotency {

    /** A request that is still being worked on is over within its deadline. */
    private static final String RETRY_AFTER_SECONDS = "1";

    private final UnitOfWork unitOfWork;
    private final Jdbi jdbi;
    private final ObjectMapper json;
    private final IdempotencyStore store;

    /**
     * @param lifetime how long an answer is kept
     */
    public Idempotency(UnitOfWork unitOfWork, Jdbi jdbi, ObjectMapper json, Duration lifetime) {
        this.unitOfWork = unitOfWork;
        this.jdbi = jdbi;
        this.json = json;
        this.store = new IdempotencyStore(json, lifetime);
    }

    /** To be registered with Jersey: reads the keys. */
    public static ContainerRequestFilter filter() {
        return new IdempotencyFilter();
    }

    /**
     * Runs what a resource method does, unless its request has a key that is known already.
     *
     * @param options of its unit of work; empty if it is none, which it then is only if there is a key
     */
    public Object call(Optional<UnitOfWork.Options> options, Callable<Object> work) throws Exception {
        Optional<KeyedRequest> request = IdempotencyFilter.take();
        UnitOfWork.Options unit = options.orElse(UnitOfWork.Options.DEFAULT);
        if (request.isPresent() && !unit.readOnly()) { // one that only reads may be repeated as it is
            return unitOfWork.call(unit, new KeyedWork(request.get(), unit, work));
        }
        return options.isPresent() ? unitOfWork.call(options.get(), work) : work.call();
    }

    /** May be called again if it is not known whether the last call was committed: its key tells. */
    private final class KeyedWork implements UnitOfWork.MarkedWork<Object> {

        private final KeyedRequest request;
        private final byte[] fingerprint;
        private final UnitOfWork.Options options;
        private final Callable<Object> work;
        private boolean called;
        private boolean stored;
        private boolean knowsItsPast;

        KeyedWork(KeyedRequest request, UnitOfWork.Options options, Callable<Object> work) throws IOException {
            this.request = request;
            this.fingerprint = request.fingerprint().value();
            this.options = options;
            this.work = work;
        }

        @Override
        public Object call() throws Exception {
            // The second time it may be this very request whose last transaction has not come to its end
            boolean again = called;
            called = true;
            knowsItsPast = false;
            Found found = inUnit(connection -> store.find(connection, request.key(), again));
            if (found.answer().isPresent()) {
                StoredAnswer answer = found.answer().get();
                if (!Arrays.equals(answer.fingerprint(), fingerprint)) {
                    return Problem.of(422, "This Idempotency-Key was used for another request. Take a new one.")
                            .ofType("idempotency-key-reused")
                            .retryable(false)
                            .toResponse();
                }
                return answer.toResponse(!stored);
            }
            if (!found.free()) {
                Response problem = Problem.of(
                                409, "A request with this Idempotency-Key is still being worked on. Repeat it later.")
                        .ofType("idempotency-key-in-use")
                        .retryable(true)
                        .toResponse();
                return Response.fromResponse(problem)
                        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                        .build();
            }
            // At higher levels it looks at what was committed before it had the lock
            knowsItsPast = options.isolation() == TransactionIsolationLevel.UNKNOWN
                    || options.isolation() == TransactionIsolationLevel.READ_COMMITTED;
            if (stored && !options.replayable()) {
                throw new SQLException("the connection was lost on COMMIT, and the unit was rolled back", "08006");
            }
            StoredAnswer answer = storable(work.call());
            inUnit(connection -> {
                store.store(connection, request.key(), answer);
                return answer;
            });
            stored = true;
            return answer.toResponse(false);
        }

        @Override
        public boolean knowsItsPast() {
            return knowsItsPast;
        }

        private StoredAnswer storable(Object result) {
            UnitOfWork.refuseStreaming(result);
            Response response = result instanceof Response given
                    ? given
                    : (result == null ? Response.noContent() : Response.ok(result)).build();
            Map<String, List<String>> headers = new LinkedHashMap<>(response.getStringHeaders());
            byte[] body = bytes(response.getEntity());
            if (body != null) {
                String type =
                        response.getEntity() instanceof String ? MediaType.TEXT_PLAIN : MediaType.APPLICATION_JSON;
                headers.putIfAbsent(HttpHeaders.CONTENT_TYPE, List.of(type));
            }
            return new StoredAnswer(fingerprint, response.getStatus(), headers, body);
        }

        private byte[] bytes(Object entity) {
            try {
                if (entity instanceof String text) {
                    return text.getBytes(StandardCharsets.UTF_8);
                }
                return entity == null || entity instanceof byte[] ? (byte[]) entity : json.writeValueAsBytes(entity);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an answer of ours cannot be stored as JSON", e);
            }
        }

        private <T> T inUnit(Query<T> query) throws SQLException {
            return jdbi.withHandle(handle -> query.on(handle.getConnection()));
        }
    }

    @FunctionalInterface
    private interface Query<T> {
        T on(Connection connection) throws SQLException;
    }
}
