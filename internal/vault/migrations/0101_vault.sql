-- +goose Up
-- Organisations whose key this store was made with. The canary opens only with that key.
create table key_org (
    org    blob primary key,
    canary blob not null
);

-- What the database remembers of each generation key; the key itself lies in the key store.
-- retired_at: no new record key may be wrapped by it. successor: where an erasure moved its living records.
-- lost_at: somebody accepted that the key store which held it cannot be put back.
create table key_generation (
    org          blob not null,
    generation   bigint not null,
    fingerprint  blob not null,
    made_at      bigint not null,
    retired_at   bigint,
    successor    bigint,
    destroyed_at bigint,
    lost_at      bigint,
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

-- Erased records. While destroyed_at is null the erasure is under way and is resumed at start.
create table erasure (
    record            blob primary key,
    org               blob not null,
    generation        bigint not null,
    erased_at         bigint not null,
    destroyed_at      bigint,
    recoverable_until bigint,
    left_behind       bigint not null default 0,
    by_restore        integer not null default 0
);
create index erasure_pending on erasure (org, generation);

-- +goose Down
drop table erasure;
drop table record_key;
drop table key_generation;
drop table key_org;
