-- +goose Up
-- A request sent twice with the same key finds what the first did. The key is
-- hashed with the person; the digest is of operation, record and body.
create table room_retry (
    key     blob primary key,
    record  blob not null,
    version bigint not null,
    digest  blob not null,          -- sealed with the record's key
    at      bigint not null
);
create index room_retry_at on room_retry (at);

-- +goose Down
drop table room_retry;
