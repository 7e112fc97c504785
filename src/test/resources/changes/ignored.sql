--liquibase formatted sql

--changeset tests:view ignore:true
CREATE OR REPLACE VIEW one AS SELECT 1;
