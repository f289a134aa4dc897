-- +goose Up
-- Concerns are found, listed, retried and reminded of by the rooms' own tables. What stood
-- in tables of their own, some of it in the clear, goes; the rooms' rows are made anew
-- from the history at the next start, with those of the concerns.
drop table concern_retry;
drop table if exists concern_v1;
delete from job where kind in ('concern-due', 'concern-forget-retries');
drop table if exists room_list_v1;
drop table if exists room_record_v1;
delete from projection where name in ('concern', 'room');
