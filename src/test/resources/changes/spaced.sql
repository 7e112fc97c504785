--liquibase formatted sql

--changeset Jane Doe:first
CREATE VIEW first AS SELECT 1;

-- changeset "Jane Doe":second
CREATE OR REPLACE VIEW one AS SELECT 1;
