-- +goose Up
create table bench_raw (
    id   blob primary key,
    body blob not null
);

-- +goose Down
drop table bench_raw;
