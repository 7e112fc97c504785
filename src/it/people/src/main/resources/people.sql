--liquibase formatted sql

--changeset people:people
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
--rollback DROP TABLE people;
