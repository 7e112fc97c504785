--liquibase formatted sql

--changeset tests
CREATE OR REPLACE VIEW one AS SELECT 1;
