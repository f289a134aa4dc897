-- +goose Up
-- Who has seen which notice: a keyed hash of the person and the notice, beside the
-- record that it is of, so that erasing the record takes it away.
create table room_seen (
    record  blob not null,
    tag     blob not null,
    primary key (record, tag)
);

-- +goose Down
drop table room_seen;
