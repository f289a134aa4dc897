-- +goose Up

-- (0201 was the first form, without room: no program reads it any more.)

-- One row for each entry, written in the same commit as the change (or, for a
-- reading, before the first byte is sent) and never rewritten, but for blanking
-- "sealed" when its record is erased. n is insertion order. version is 0 for a reading.
-- room is the number of the kind of record (ledger.Rooms); never a compartment.
create table entry (
  n          SERIALKEY,
  id         blob not null,
  org        blob not null,
  record     blob not null,
  version    bigint not null,
  at         bigint not null,
  generation bigint not null,
  room       bigint not null,
  leaf       blob not null,
  sealed     blob
);
create unique index entry_version on entry (record, version) where version > 0;
create index entry_reading on entry (record, n) where version = 0;
create index entry_begun on entry (room, n) where version = 1;

-- The version that each record stands at: compare-and-swap for writers, and the
-- row that PostgreSQL locks. The unique index above holds even without it.
create table head (
  record  blob primary key,
  org     blob not null,
  room    bigint not null,
  version bigint not null
);

-- Committed and not yet numbered.
create table entry_pending (
  n bigint primary key
);

-- The numbering: leaves seq … seq+size-1 of the tree are entries n … n+size-1, or,
-- when n is null, padding, whose blinders (16 bytes each) lie in "padding".
create table log_run (
  seq     bigint primary key,
  size    bigint not null,
  n       bigint,
  padding blob
);
create unique index log_run_entry on log_run (n);

-- C2SP tlog-tiles, 32 bytes a hash; the last tile of a level may hold fewer than 256.
create table log_tile (
  level  bigint not null,
  idx    bigint not null,
  hashes blob not null,
  primary key (level, idx)
);

-- The tree as it stands, one row; note is a checkpoint with the extension line
-- "internal", signed at each step, so that SQL alone cannot rewrite what is not yet
-- published. root and note are null until the first step.
create table log_state (
  id   bigint primary key,
  size bigint not null,
  root blob,
  note blob
);
insert into log_state (id, size) values (1, 0);

-- What has been published: a signed checkpoint for each beat.
create table log_checkpoint (
  size bigint primary key,
  at   bigint not null,
  note blob not null
);

-- What witnesses have signed: the signature lines that belong under a checkpoint.
create table log_cosignature (
  size    bigint not null,
  witness text not null,
  at      bigint not null,
  lines   blob not null,
  primary key (size, witness)
);

-- What the last attempt to reach each witness gave; trouble is '' when it signed.
create table log_witness (
  name    text primary key,
  at      bigint not null,
  trouble text not null
);

-- +goose Down
drop table log_witness;
drop table log_cosignature;
drop table log_checkpoint;
drop table log_state;
drop table log_tile;
drop table log_run;
drop table entry_pending;
drop table head;
drop table entry;
