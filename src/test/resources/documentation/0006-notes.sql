--liquibase formatted sql

--changeset keto-meal-plan:notes
CREATE TABLE notes (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text       text        NOT NULL CHECK (char_length(text) BETWEEN 1 AND 1000),
    created_at timestamptz NOT NULL DEFAULT now()
);
--rollback DROP TABLE notes;

--changeset keto-meal-plan:notes-by-user
CREATE INDEX notes_user_id_created_at_idx ON notes (user_id, created_at DESC, id);
--rollback DROP INDEX notes_user_id_created_at_idx;
