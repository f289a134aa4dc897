-- +goose Up
-- A retry with the same key finds what the first try did. The key is hashed with
-- the person's id; the answer names the record only.
create table concern_retry (
    key     blob primary key,
    record  blob not null,
    version bigint not null,
    digest  blob not null,  -- sealed with the record's key: is it the same request?
    at      bigint not null
);
create index concern_retry_at on concern_retry (at);

-- +goose Down
drop table concern_retry;
