-- What finding and listing need, made from the history. Everything but the sealed
-- picture is an id, a version, a random reference or a keyed hash of one width:
-- the database cannot tell whose a record is, where it stands, or in which list,
-- team or compartment it is.
create table room_record_v1 (
    record    blob primary key,
    org       blob not null,
    room      integer not null,     -- the room's number; compartments share it
    reference text not null unique,
    version   bigint not null,
    made      integer not null,     -- the room's Rows when its places in lists were made
    state     blob not null         -- where it stands, sealed with the record's key, bound to the version
);
create index room_record_v1_made on room_record_v1 (room, made);

-- That somebody has confirmed reading an edition of a record: a keyed hash of edition
-- and person, made from the entry that says so, which takes no version of the record.
create table room_confirmed_v1 (
    tag    blob primary key,
    record blob not null
);
create index room_confirmed_v1_record on room_confirmed_v1 (record);

-- To which other record one is tied, sealed with its own key; a row for each side that
-- shows it, made from the entry that says so.
create table room_link_v1 (
    tag    blob primary key,
    record blob not null,
    sealed blob not null
);
create index room_link_v1_record on room_link_v1 (record);

create table room_list_v1 (
    tag    blob not null,           -- keyed hash: which list, and whose
    sort   bigint not null,         -- the soonest due date, or 0
    record blob not null,
    primary key (tag, sort, record)
);
create index room_list_v1_record on room_list_v1 (record);
