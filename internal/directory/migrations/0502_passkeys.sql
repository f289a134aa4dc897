-- +goose Up
-- How often a passkey's authenticator has signed, and the day: sealed with the key of the
-- person's own record. It gives no right; that a passkey was stopped is an entry.
create table directory_passkey_use (
    credential blob   not null primary key, -- SHA-256 of the person and the credential's id
    person     blob   not null,
    at         bigint not null,
    sealed     blob   not null
);

-- A challenge is answered once: kept until it is too old to be accepted.
create table directory_challenge_used (
    challenge blob   not null primary key, -- SHA-256
    at        bigint not null
);

-- +goose Down
drop table directory_challenge_used;
drop table directory_passkey_use;
