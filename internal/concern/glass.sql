-- The book of each month in which reasons and their reviews stand. Made by replay.
create table concern_glass_v1 (
    org    blob not null,
    month  text not null,
    record blob not null,
    primary key (org, month)
);
