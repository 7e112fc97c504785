--liquibase formatted sql

--changeset keto-meal-plan:users-version
-- What an ETag of a user tells. With a constant default no row is written; who is in the way is waited for shortly, since all others
-- would stand in line behind this
SET LOCAL lock_timeout = '1s';
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;
--rollback SET LOCAL lock_timeout = '1s';
--rollback ALTER TABLE users DROP COLUMN version;
