-- +goose Up
-- Concerns are found, listed, retried and reminded of by the rooms' own tables. What stood
-- in tables of their own, some of it in the clear, goes. The rooms' rows are made from the
-- history when a running Heed first looks through it.
drop table concern_retry;
drop table if exists concern_v1;
delete from job where kind in ('concern-due', 'concern-forget-retries');
delete from projection where name = 'concern';
