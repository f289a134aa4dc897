-- +goose Up
-- Who is signed in. The token itself is never stored, only its SHA-256.
create table web_session (
    token         blob    not null primary key,
    stage         integer not null, -- 1 password known, code still asked; 2 signed in
    person        blob    not null,
    org           blob    not null,
    role          text    not null,
    second_factor integer not null,
    started       bigint  not null,
    seen          bigint  not null,
    ended         bigint  not null, -- 0 while it lives
    tries         integer not null, -- wrong codes in stage 1
    account       blob,             -- stage 1: how the name that was typed is counted
    flash         blob              -- sealed words for the next page
);
create index web_session_person on web_session (person);
create index web_session_seen on web_session (seen);

-- What somebody typed and has not sent. All sealed with the key of the person's own record.
create table web_draft (
    person blob   not null,
    name   text   not null,
    at     bigint not null,
    sealed blob   not null,
    primary key (person, name)
);
create index web_draft_at on web_draft (at);

-- Where a form that was sent led to. The digest is of the form's random key and all that was typed.
create table web_once (
    digest  blob   not null primary key,
    person  blob   not null,
    org     blob   not null,
    at      bigint not null,
    outcome blob   not null -- sealed
);
create index web_once_at on web_once (at);

-- Attempts to sign in that reached the check. The account is a SHA-256 of what was typed as its name.
create table web_attempt (
    id      SERIALKEY,
    account blob    not null,
    place   integer not null, -- 1: from where this account has signed in before
    at      bigint  not null
);
create index web_attempt_account on web_attempt (account, place, at);

-- Networks from which an account has signed in, so that a stranger's guesses elsewhere do not use up its tries.
create table web_place (
    account blob   not null,
    network blob   not null, -- SHA-256 of account and network
    at      bigint not null,
    primary key (account, network)
);
