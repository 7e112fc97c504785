--liquibase formatted sql

-- Pages begin where the last one ended, at one row of the index, which names each row once. Writers are not kept waiting while one is
-- built; what an attempt that failed has left is taken away first

--changeset keto-meal-plan:users-by-creation runInTransaction:false
DROP INDEX CONCURRENTLY IF EXISTS users_created_at_id_idx;
CREATE INDEX CONCURRENTLY users_created_at_id_idx ON users (created_at, id);
--rollback DROP INDEX CONCURRENTLY IF EXISTS users_created_at_id_idx;

--changeset keto-meal-plan:quiz-responses-by-creation runInTransaction:false
DROP INDEX CONCURRENTLY IF EXISTS quiz_responses_page_idx;
CREATE INDEX CONCURRENTLY quiz_responses_page_idx ON quiz_responses (user_id, created_at, id);
--rollback DROP INDEX CONCURRENTLY IF EXISTS quiz_responses_page_idx;

--changeset keto-meal-plan:quiz-responses-by-user-replaced runInTransaction:false
DROP INDEX CONCURRENTLY IF EXISTS quiz_responses_user_id_created_at_idx;
--rollback DROP INDEX CONCURRENTLY IF EXISTS quiz_responses_user_id_created_at_idx;
--rollback CREATE INDEX CONCURRENTLY quiz_responses_user_id_created_at_idx ON quiz_responses (user_id, created_at DESC, id);
