--liquibase formatted sql

--changeset tests:view runOnChange:true
CREATE OR REPLACE VIEW one AS SELECT 1;
