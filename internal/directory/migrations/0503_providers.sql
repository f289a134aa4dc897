-- +goose Up
-- In whose record a link to an account at a provider stands. It says where to look and gives
-- no right: what counts is the link in the person's own record.
create table directory_provider (
    mac    blob not null primary key, -- keyed hash of issuer and subject
    person blob not null
);
create index directory_provider_person on directory_provider (person);

-- +goose Down
drop table directory_provider;
