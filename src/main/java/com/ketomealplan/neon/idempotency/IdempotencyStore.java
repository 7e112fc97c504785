package com.ketomealplan.neon.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.ketomealplan.neon.handle.LastStatement;
import com.ketomealplan.neon.handle.LeasedTransaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stores the keys in the database, in the unit of work of their request: one round trip at its start, and none at its end, where the
 * statement is sent with COMMIT.
 *
 * <p>A key is stored as a digest of itself and of its scope, so that clients do not share keys, and a reader of the table
 * cannot use one. The transaction that works on a key holds an advisory lock, so that a second request does not wait for the first one.
 * Two keys may share a lock, at 1 in 2^64: then one of the two requests is rejected with a retry. The table's primary key,
 * not the lock, ensures that a key acts once.
 */
public final class IdempotencyStore {

    /**
     * Two statements, so that at READ COMMITTED the second one sees what was committed before the first one got the lock. At
     * higher levels it may not, and storing a second answer then fails with 40001.
     */
    private static final String FIND = """
            SELECT %s;
            SELECT fingerprint, status, headers, body FROM idempotency_keys WHERE key = ? AND expires_at > now()
            """;

    private static final String FIND_IF_FREE = FIND.formatted("pg_try_advisory_xact_lock(?)");

    private static final String FIND_AND_WAIT = FIND.formatted("true FROM (SELECT pg_advisory_xact_lock(?)) AS held");

    /**
     * Each new key deletes ten expired ones, so that no timer is needed, which would wake a sleeping compute. A stored answer
     * that has not expired is not overwritten: its status would become null, so the statement fails, and with it the COMMIT that is sent
     * with it.
     */
    private static final String STORE = """
            WITH expired AS (
                DELETE FROM idempotency_keys WHERE key IN (
                    SELECT key FROM idempotency_keys WHERE expires_at <= now() AND key <> ?
                    ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED))
            INSERT INTO idempotency_keys AS stored (key, fingerprint, status, headers, body, expires_at)
            VALUES (?, ?, ?, ?::jsonb, ?, now() + make_interval(secs => ?))
            ON CONFLICT (key) DO UPDATE SET
                status = CASE WHEN stored.expires_at <= now() THEN excluded.status END,
                fingerprint = excluded.fingerprint, headers = excluded.headers, body = excluded.body,
                expires_at = excluded.expires_at
            """;

    private static final TypeReference<Map<String, List<String>>> HEADERS = new TypeReference<>() {};

    private final ObjectMapper json;
    private final Duration lifetime;

    /**
     * @param lifetime how long an answer is stored
     */
    public IdempotencyStore(ObjectMapper json, Duration lifetime) {
        this.json = json;
        this.lifetime = lifetime;
    }

    /**
     * The result of a lookup.
     *
     * @param free whether this transaction has got the key's lock
     * @param fingerprint the fingerprint of the request whose answer is stored; null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(boolean free, byte[] fingerprint, Optional<StoredAnswer> answer) {}

    /**
     * Looks up a key, and locks it for the transaction.
     *
     * @param wait whether to wait for another transaction that works on it, up to the deadline
     */
    Found find(Connection connection, byte[] key, boolean wait) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(wait ? FIND_AND_WAIT : FIND_IF_FREE)) {
            find.setLong(1, lockOf(key));
            find.setString(2, hex(key));
            find.execute();
            boolean free;
            try (ResultSet held = find.getResultSet()) {
                held.next();
                free = held.getBoolean(1);
            }
            find.getMoreResults();
            try (ResultSet row = find.getResultSet()) {
                return row.next()
                        ? new Found(free, row.getBytes(1), Optional.of(answer(row)))
                        : new Found(free, null, Optional.empty());
            }
        }
    }

    private StoredAnswer answer(ResultSet row) throws SQLException {
        try {
            return new StoredAnswer(row.getInt(2), json.readValue(row.getString(3), HEADERS), row.getBytes(4));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the headers of a stored answer cannot be read", e);
        }
    }

    /** Stores an answer, in the flight of the transaction's COMMIT. If it cannot be stored, nothing is committed. */
    void store(Connection connection, byte[] key, byte[] fingerprint, StoredAnswer answer) throws SQLException {
        String headers;
        try {
            headers = json.writeValueAsString(answer.headers());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        LastStatement last = new LastStatement(STORE, store -> {
            store.setString(1, hex(key));
            store.setString(2, hex(key));
            store.setBytes(3, fingerprint);
            store.setInt(4, answer.status());
            store.setString(5, headers);
            store.setBytes(6, answer.body());
            store.setDouble(7, lifetime.toMillis() / 1000.0);
        });
        LeasedTransaction.of(connection)
                .orElseThrow(() -> new SQLException("keys need a connection of the pool"))
                .commitWith(last);
    }

    /** Salted, because other users of the database may have advisory locks of their own. */
    private static long lockOf(byte[] key) {
        MessageDigest digest = IdempotencyKey.sha256();
        digest.update("idempotency_keys\0".getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest.digest(key)).getLong();
    }

    private static String hex(byte[] key) {
        return HexFormat.of().formatHex(key);
    }
}
