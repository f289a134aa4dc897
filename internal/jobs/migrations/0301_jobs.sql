-- +goose Up
-- What is to be done later. A row has no personal word: an id and the name of a template at most.
-- due: when it was asked for. next: when to look at it next (due, the end of a lease, or a retry).
-- since: when next was set; a row set in what is now the future is brought back (see tide.go).
-- mark: 1 for a reminder of a record: it stays as a mark when it is done, so that it is not given twice.
-- lease: a random token of the worker that has it; null when nobody has.
create table job (
    name     blob primary key,
    kind     text not null,
    org      blob,
    record   blob,
    due      bigint not null,
    next     bigint not null,
    since    bigint not null,
    payload  blob,
    attempts bigint not null default 0,
    mark     integer not null default 0,
    lease    blob
);
create index job_next on job (next);

-- +goose Down
drop table job;
