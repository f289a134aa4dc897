-- +goose Up
-- The organisations around this one, as files list them. Rows are put in and ended by imports
-- (package bulk), whose entries commit to all columns but ended_by. Days are 20260708, 0 is none.
create table directory_body (
    n         WHOLEKEY,              -- number of the import, place in it
    ended_by  bigint not null,       -- the import that ended it; 0: none
    list      text not null,         -- the kind of file that lists it
    code      text not null,
    name      text not null,
    kind      text not null,
    nation    text not null,
    region    text not null,         -- codes
    icb       text not null,
    postcode  text not null,
    opened    bigint not null,
    closed    bigint not null,
    successor text not null          -- code of what came in its place
);
create index directory_body_ended on directory_body (ended_by, n) where ended_by <> 0;

-- +goose Down
drop table directory_body;
