-- +goose Up
-- People whose notices a mail server refused for good: an id, where it stopped and
-- the server's number. No address, no name. A notice that arrives ends the row.
create table mail_refused (
    person blob primary key,
    org    blob not null,
    at     bigint not null,
    stage  text not null,
    code   bigint not null
);

-- +goose Down
drop table mail_refused;
