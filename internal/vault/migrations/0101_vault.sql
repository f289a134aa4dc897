-- +goose Up
-- Organisations whose key this store was made with. The canary opens only with that key.
create table key_org (
    org    blob primary key,
    canary blob not null
);

-- What the database remembers of each generation key; the key itself lies in the key store,
-- and what was destroyed is known there and nowhere else.
-- retired_at: no new record key may be wrapped by it. successor: where an erasure moves its living records.
create table key_generation (
    org         blob not null,
    generation  bigint not null,
    fingerprint blob not null,
    made_at     bigint not null,
    retired_at  bigint,
    successor   bigint,
    primary key (org, generation)
);

-- Each record's own key, wrapped by its generation key.
create table record_key (
    record     blob primary key,
    org        blob not null,
    generation bigint not null,
    wrapped    blob not null
);
create index record_key_generation on record_key (org, generation);

-- Erasures that are under way: decided, with their entry in the history, and not yet destroyed
-- in the key store. A row here only says where to look; it counts by its entry.
create table erasure (
    record blob primary key,
    org    blob not null
);

-- +goose Down
drop table erasure;
drop table record_key;
drop table key_generation;
drop table key_org;
