package room

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

//go:embed schema.sql
var schema string

// row is a record as the tables have it, with its wrapped key and its head.
type row struct {
	record     id.Record
	org        id.Org
	room       ledger.Room
	version    int64
	made       int
	state      []byte
	reference  string
	generation int64
	wrapped    []byte
	head       int64
	sort       int64 // in a list
}

const rowColumns = `r.record, r.org, r.room, r.version, r.made, r.state, r.reference, k.generation, k.wrapped, h.version`

// rowTables joins what one reading needs, so that all of it is of one moment.
const rowTables = ` from room_record_v1 r join record_key k on k.record = r.record join head h on h.record = r.record `

func (r *row) fields() []any {
	return []any{&r.record, &r.org, &r.room, &r.version, &r.made, &r.state, &r.reference, &r.generation, &r.wrapped,
		&r.head}
}

func (r *row) listFields() []any { return append(r.fields(), &r.sort) }

// rowAt is the record of a reference; where there is none, the next one, so that finding
// nothing does what finding something does. It also gives a record whose key or head was
// taken away: it is damaged, and not missing.
func rowAt(tx *store.Tx, ref id.Reference) (row, error) {
	const at = `select r.record, r.org, r.room, r.version, r.made, r.state, r.reference,
		coalesce(k.generation, 0), k.wrapped, coalesce(h.version, 0) from room_record_v1 r
		left join record_key k on k.record = r.record left join head h on h.record = r.record `
	out, err := store.One(tx, (*row).fields, at+`where r.reference >= $1 order by r.reference limit 1`, string(ref))
	if fail.Is(err, fail.Missing) { // beyond the last: the first stands in
		out, err = store.One(tx, (*row).fields, at+`order by r.reference limit 1`)
	}
	return out, err
}

func rowByRecord(tx *store.Tx, rec id.Record) (row, error) {
	return store.One(tx, (*row).fields, `select `+rowColumns+rowTables+`where r.record = $1`, rec)
}

const wordsDamaged = "This record has been damaged or changed outside Heed, so it is not shown"

// open gives the record's key and where it stands. The picture opens only as that
// of this record at this version, and only at the version of the head.
func (d *Desk) open(r row) (State, *vault.Key, error) {
	if r.wrapped == nil {
		return State{}, nil, fail.New(fail.Tampered, wordsDamaged)
	}
	key, err := d.Vault.Unwrap(r.org, r.record, r.generation, r.wrapped)
	if err != nil {
		return State{}, nil, err
	}
	if r.version != r.head {
		return State{}, nil, fail.New(fail.Tampered, wordsDamaged)
	}
	plain, err := key.Open(StateField, r.version, r.state)
	if err != nil {
		return State{}, nil, err
	}
	p := picture{State: State{Record: r.record, Org: r.org, Version: r.version}}
	if err := json.Unmarshal(plain, &p); err != nil {
		return State{}, nil, fmt.Errorf("read state: %w", err)
	}
	if p.Compartment != string(key.Compartment()) || p.Made != r.made {
		return State{}, nil, fail.New(fail.Tampered, wordsDamaged)
	}
	return p.State, key, nil
}

// stands is open for those who decide by where the record stands. What an older program
// wrote beside this one may lack what this one adds to a picture: then the history says it.
func (d *Desk) stands(tx *store.Tx, r *Room, x row) (State, *vault.Key, error) {
	s, key, err := d.open(x)
	if err != nil || x.made >= r.makes() {
		return s, key, err
	}
	is, err := d.proved(tx, x.org, x.record)
	return is.State, is.key, err
}

// picture is what is sealed beside a record: where it stands, and by what its rows were
// made. Who has the database alone can so neither pass off a row as another program's,
// nor another program's as this one's.
type picture struct {
	Made int `json:"made"`
	State
}

// StateField is the name under which a record's picture is sealed, for the verifier.
const StateField = "room/state"

// seal seals a picture, padded as entries are: its size would tell what they do not.
func (r *Room) seal(key *vault.Key, s *State) ([]byte, error) {
	plain, err := json.Marshal(picture{r.makes(), *s})
	if err != nil {
		return nil, fmt.Errorf("write state: %w", err)
	}
	return key.Seal(StateField, s.Version, record.Pad(plain, 0)), nil
}

// begin writes the rows of a new record.
func (d *Desk) begin(tx *store.Tx, r *Room, key *vault.Key, s *State) error {
	sealed, err := r.seal(key, s)
	if err != nil {
		return err
	}
	err = tx.Later(referenceTaken, `insert into room_record_v1 (record, org, room, reference, version, made, state)
		values ($1, $2, $3, $4, $5, $6, $7)`, s.Record, s.Org, r.Number, string(s.Reference), s.Version, r.makes(), sealed)
	if err != nil {
		return err
	}
	places, err := d.placesOf(tx, r, s)
	if err != nil {
		return err
	}
	return insertPlaces(tx, s.Record, places)
}

func referenceTaken(rows int64, err error) error {
	if store.IsUnique(err) {
		return errSameReference
	}
	return store.OneRow(rows, err)
}

// move brings the rows of a record from where it stood to where it stands. made is
// what its places were made by when it was read.
func (d *Desk) move(tx *store.Tx, r *Room, key *vault.Key, was, is *State, made int) error {
	sealed, err := r.seal(key, is)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`update room_record_v1 set version = $2, made = $3, state = $4 where record = $1 and version = $5 and made = $6`,
		is.Record, is.Version, r.makes(), sealed, was.Version, made)
	if err != nil {
		return err
	}
	if n != 1 {
		return errSameMoment // another program made its places again since it was read
	}
	now, err := d.placesOf(tx, r, is)
	if err != nil {
		return err
	}
	if made != r.makes() { // another program's rows: all of them anew
		if _, err := tx.Exec(`delete from room_list_v1 where record = $1`, is.Record); err != nil {
			return err
		}
		if err := insertPlaces(tx, is.Record, now); err != nil {
			return err
		}
		return d.projectBeside(tx, r, key)
	}
	before, err := d.placesOf(tx, r, was)
	if err != nil {
		return err
	}
	for _, p := range before {
		if !slices.Contains(now, p) {
			if _, err := tx.Exec(`delete from room_list_v1 where tag = $1 and sort = $2 and record = $3`, p.tag[:], p.sort,
				is.Record); err != nil {
				return err
			}
		}
	}
	return insertPlaces(tx, is.Record, slices.DeleteFunc(now, func(p placed) bool { return slices.Contains(before, p) }))
}

func insertPlaces(tx *store.Tx, rec id.Record, places []placed) error {
	for _, p := range places {
		err := tx.Later(store.OneRow, `insert into room_list_v1 (tag, sort, record) values ($1, $2, $3)`, p.tag[:], p.sort,
			rec)
		if err != nil {
			return err
		}
	}
	return nil
}

// placesOf are the places of a record in lists, by the organisation's own key.
func (d *Desk) placesOf(tx *store.Tx, r *Room, s *State) ([]placed, error) {
	key, err := d.Directory.ListKey(tx, s.Org)
	if err != nil {
		return nil, err
	}
	return r.places(key, s), nil
}
