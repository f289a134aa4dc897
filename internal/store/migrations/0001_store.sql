-- +goose Up
-- The store's own tables.
create table projection (
    name text not null,
    version integer not null,
    state text not null check (state in ('building', 'ready')),
    changed bigint not null,
    primary key (name, version)
);
-- One row that the store writes to learn whether writing works.
create table store_probe (
    id integer not null primary key,
    at bigint not null
);
insert into store_probe (id, at) values (1, 0);
