--liquibase formatted sql

--changeset keto-meal-plan:users
CREATE TABLE users (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    email      text        NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
    created_at timestamptz NOT NULL DEFAULT now()
);
--rollback DROP TABLE users;

--changeset keto-meal-plan:users-one-per-email
-- One user per address in whatever letter case: the stored one keeps the case it was given
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
--rollback DROP INDEX users_email_key;
