-- +goose Up
-- Why somebody needs to open a record lasts for half an hour: one row, found by a
-- hash of the person and the reference, existing or not. What it says is sealed with
-- the key of the book in which the reason stands, so that a row put in by SQL opens
-- nothing.
create table concern_reason (
    tag    blob primary key,
    book   blob not null,
    at     bigint not null,
    sealed blob not null
);
create index concern_reason_at on concern_reason (at);

-- +goose Down
drop table concern_reason;
