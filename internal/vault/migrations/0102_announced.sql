-- +goose Up
-- What is about to be erased is announced in the key store. An erasure that was cut short just before this
-- version was installed is refused at the start, and ended with heed keys destroy-again.
drop table erasure;

-- +goose Down
create table erasure (
    record blob primary key,
    org    blob not null
);
