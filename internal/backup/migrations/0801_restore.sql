-- +goose Up
-- The backup that is being restored into this database, until its lists are made: who
-- restores it again goes on there. No row when nothing is under way.
create table restore_under_way (
    backup blob primary key -- the hash of its header
);

-- +goose Down
drop table restore_under_way;
