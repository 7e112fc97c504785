--liquibase formatted sql

--changeset tests:view dbms:postgresql
CREATE OR REPLACE VIEW one AS SELECT 1;
