--liquibase formatted sql

--changeset keto-meal-plan:quiz-responses
CREATE TABLE quiz_responses (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    quiz_data  jsonb       NOT NULL CHECK (jsonb_typeof(quiz_data) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now()
);
--rollback DROP TABLE quiz_responses;

--changeset keto-meal-plan:quiz-responses-by-user
CREATE INDEX quiz_responses_user_id_created_at_idx ON quiz_responses (user_id, created_at DESC, id);
--rollback DROP INDEX quiz_responses_user_id_created_at_idx;
