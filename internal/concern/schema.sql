-- What lists need and nothing else: ids, times, status, deadlines. Every word is
-- sealed in the ledger. Made by replay; dropped and replayed when it changes.
create table concern_v1 (
    record    blob primary key,
    org       blob not null,
    team      blob not null,
    reference text not null unique,
    raiser    blob,
    owner     blob,
    version   bigint not null,
    state     text not null,
    progress  text not null,
    waiting   integer not null,  -- 1: for somebody outside
    open      integer not null,  -- 0: closed, and nothing is due
    raised_at bigint not null,
    tell_by   bigint not null,
    due       bigint not null,   -- the earliest open deadline; 0: none
    told_at   bigint not null,   -- last word to the raiser; 0: none yet
    closed_at bigint not null,   -- 0: open
    picture   blob not null      -- all of it as the history makes it, and who is kept from it; sealed for this version
);

-- The newest of a team; what is due first; a raiser's own.
create index concern_v1_team on concern_v1 (org, team, record);
create index concern_v1_due on concern_v1 (org, team, open, due, record);
create index concern_v1_raiser on concern_v1 (raiser, record);
create index concern_v1_owner on concern_v1 (owner, open, due, record);
-- Two lists of few out of many, with their order; the conditions are those of list.go.
create index concern_v1_new on concern_v1 (org, team, due, record) where open = 1 and state = 'received';
create index concern_v1_waiting on concern_v1 (org, team, due, record) where open = 1 and waiting = 1;
