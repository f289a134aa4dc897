-- +goose Up
-- Which imports of rows were begun, so that each has a number of its own and one that was
-- stopped can be swept away. What there is stands in the ledger: a row here gives nothing.
create table bulk_import (
    import SERIALKEY,
    org    blob not null,
    feed   text not null,
    at     bigint not null,
    rows   bigint not null,         -- how many lie there
    state  text not null            -- staged, stopped, swept, kept
);

-- +goose Down
drop table bulk_import;
