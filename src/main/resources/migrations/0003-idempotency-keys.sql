--liquibase formatted sql

--changeset keto-meal-plan:idempotency-keys
-- Answers of requests that came with an Idempotency-Key, stored in the transaction of what they tell of
CREATE TABLE idempotency_keys (
    key         text        PRIMARY KEY CHECK (char_length(key) BETWEEN 1 AND 255),
    fingerprint bytea       NOT NULL,
    status      smallint    NOT NULL,
    headers     jsonb       NOT NULL,
    body        bytea,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expires_at_idx ON idempotency_keys (expires_at);
--rollback DROP TABLE idempotency_keys;
