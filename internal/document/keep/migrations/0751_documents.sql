-- +goose Up
-- The documents of records, in chunks of one size. Each is sealed with the record's key
-- and bound to record, version and place. Which chunks there must be, and the hash of
-- what they hold, stands in the entry that made the version.
create table document_chunk (
    record  blob not null,
    version bigint not null,
    place   text not null,          -- number of the document in its entry, number of the chunk
    sealed  blob not null,
    primary key (record, version, place)
);

-- +goose Down
drop table document_chunk;
