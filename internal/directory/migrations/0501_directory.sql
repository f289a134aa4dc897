-- +goose Up
-- Look-ups only: where an organisation, a person, a token or a holder of a role
-- may be found. None of these rows gives a right; that is folded from the
-- person's own record in the ledger.
create table directory_organisation (
    org blob primary key,
    at  bigint not null
);

create table directory_person (
    person    blob primary key,
    org       blob not null,
    login_mac blob not null unique
);

create table directory_holder (
    org    blob not null,
    role   text not null,
    person blob not null,
    primary key (org, role, person)
);

create table directory_token (
    hash   text primary key,
    person blob not null
);

-- A one-time code is used once (ASVS 6.5.1): its time step is kept until it is too old to be accepted.
create table directory_code_used (
    person blob not null,
    step   bigint not null,
    primary key (person, step)
);

create table directory_daybook (
    org    blob not null,
    day    text not null,
    record blob not null,
    primary key (org, day)
);

-- +goose Down
drop table directory_daybook;
drop table directory_code_used;
drop table directory_token;
drop table directory_holder;
drop table directory_person;
drop table directory_organisation;
