-- +goose Up
-- What a session gives (role, stage, second factor, that it has ended), sealed with
-- the key of the person's own record and bound to the token and the start. A row
-- without it, or with one that does not open, is nobody's: SQL signs nobody in.
alter table web_session add column proof blob;

-- +goose Down
alter table web_session drop column proof;
