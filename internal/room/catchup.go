package room

import (
	"context"
	"fmt"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
)

// Projection is the tables of all rooms, made by replay of the ledger.
func (d *Desk) Projection() store.Projection {
	return store.Projection{Name: "room", Version: 1, Schema: schema, Replay: d.replay}
}

func (d *Desk) replay(ctx context.Context, _ *store.Store) error {
	for _, r := range d.rooms {
		err := d.Ledger.Each(ctx, r.Number, func(tx *store.Tx, e ledger.Entry) error {
			err := d.project(tx, r, e.Org, e.Record)
			if fail.Is(err, fail.Tampered) { // it must not keep the others, or the program, from starting
				d.Log.Error(noPlace, "record", e.Record.String(), "room", r.Name)
				return nil
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("room %s: %w", r.Name, err)
		}
	}
	return nil
}

// project makes all rows of a record from its history. Live writing ends in the
// same rows; a test holds the two together.
func (d *Desk) project(tx *store.Tx, r *Room, org id.Org, rec id.Record) error {
	is, err := d.proved(tx, org, rec)
	if err != nil {
		return err
	}
	return d.projectAs(tx, r, is)
}

func (d *Desk) projectAs(tx *store.Tx, r *Room, is proven) error {
	if _, err := tx.Exec(`delete from room_record_v1 where record = $1`, is.Record); err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from room_list_v1 where record = $1`, is.Record); err != nil {
		return err
	}
	others, err := d.evict(tx, is.State.Reference)
	if err != nil {
		return err
	}
	if err := d.begin(tx, r, is.key, &is.State); err != nil {
		return err
	}
	if err := d.projectBeside(tx, r, is.key); err != nil {
		return err
	}
	if err := d.remind(tx, r, &is.State); err != nil {
		return err
	}
	for _, x := range others {
		if err := d.restore(tx, x); err != nil {
			return err
		}
	}
	return nil
}

// evict takes away the rows of others that stand under the reference of a record: it is that
// record's by its history, so they were changed outside the program.
func (d *Desk) evict(tx *store.Tx, ref id.Reference) ([]row, error) {
	all, err := store.All(tx, func(x *row) []any { return []any{&x.record, &x.org, &x.room} },
		`select record, org, room from room_record_v1 where reference = $1`, string(ref))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	_, err = tx.Exec(`delete from room_record_v1 where reference = $1`, string(ref))
	return all, err
}

// restore makes the rows of a record anew whose row stood under another's reference. Each
// takes a wrong row away and puts a right one in, so that many that were exchanged come to rest.
func (d *Desk) restore(tx *store.Tx, x row) error {
	r, known := d.byNumber(x.room)
	if !known {
		return nil
	}
	err := d.project(tx, r, x.org, x.record)
	if fail.Is(err, fail.Tampered) || fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) { // it is none
		d.Log.Error(noPlace, "record", x.record.String(), "room", r.Name)
		return nil
	}
	return err
}

// projectBeside makes what stands beside a record by entries that take no version.
func (d *Desk) projectBeside(tx *store.Tx, r *Room, key *vault.Key) error {
	if err := d.projectConfirmed(tx, r, key); err != nil {
		return err
	}
	return d.projectLinks(tx, r, key)
}

const noPlace = "a record's place in lists cannot be made anew: it is damaged"

// catchUpBatch is how many records one unit of CatchUp makes anew.
const catchUpBatch = 200

// byOlder are rows that a program made whose rows this one replaces, byNewer the others.
const (
	byOlder = `made < $2`
	byNewer = `made > $2`
)

// CatchUp makes anew the rows of records that an older program made: at every
// start, and now and then while two versions run side by side. What a newer one made
// is left alone, so that the two come to rest. Where there is nothing to do it is one
// look at an index for each room.
func (d *Desk) CatchUp(ctx context.Context) (done int, err error) {
	for _, r := range d.rooms {
		n, err := d.catchUp(ctx, r)
		done += n
		if err != nil {
			return done, fmt.Errorf("room %s: %w", r.Name, err)
		}
	}
	return done, nil
}

func (d *Desk) catchUp(ctx context.Context, r *Room) (done int, err error) {
	behind, err := d.any(ctx, byOlder, r)
	if err != nil || !behind {
		return 0, err // nothing to write: a full disk does not keep a program from starting
	}
	after := make([]byte, len(id.Record{}.Bytes())) // as bytes: a zero id is null
	for n := catchUpBatch; n == catchUpBatch; {
		var made int
		var last []byte
		err := d.Store.Do(ctx, func(tx *store.Tx) error {
			made = 0
			rows, err := store.All(tx, (*row).fields, `select `+rowColumns+rowTables+
				`where r.room = $1 and r.`+byOlder+` and r.record > $3 order by r.record limit $4`, r.Number, r.makes(), after,
				catchUpBatch)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, x := range rows {
				last = x.record.Bytes()
				ok, err := d.remake(tx, r, x)
				if err != nil {
					return err
				}
				if ok {
					made++
				}
			}
			return nil
		})
		if err != nil {
			return done, err
		}
		after, done = last, done+made
	}
	return done, nil
}

// Newer says, for the rooms in which there are some, that a newer program has written
// records beside or before this one: it goes on, and may not know the rules of some.
func (d *Desk) Newer(ctx context.Context) error {
	for _, r := range d.rooms {
		newer, err := d.any(ctx, byNewer, r)
		if err != nil {
			return fmt.Errorf("room %s: %w", r.Name, err)
		}
		if newer {
			return fail.New(fail.Conflict, "A newer version of Heed has written some of the %s. "+
				"Those that follow newer rules cannot be opened here: use that version or a later one", r.Many)
		}
	}
	return nil
}

// any says whether a room has rows for which a condition on $2, what this program
// makes, holds.
func (d *Desk) any(ctx context.Context, condition string, r *Room) (yes bool, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(n *int) []any { return []any{n} },
			`select made from room_record_v1 where room = $1 and `+condition+` limit 1`, r.Number, r.makes())
		yes = len(all) > 0
		return err
	})
	return yes, err
}

// remake makes all rows of a record anew, its picture too: an older program knows less
// of where a record stands. The row is claimed first, as it was read: a step taken at
// this moment has it already, and made its rows itself. One that is damaged is passed by
// and named: it must not keep the others, or the program, from starting.
func (d *Desk) remake(tx *store.Tx, r *Room, x row) (bool, error) {
	_, _, err := d.open(x)
	if fail.Is(err, fail.Gone) {
		return true, d.wipe(tx, x.record)
	}
	var is proven
	if err == nil {
		is, err = d.proved(tx, x.org, x.record)
	}
	if fail.Is(err, fail.Tampered) {
		d.Log.Error(noPlace, "record", x.record.String(), "room", r.Name)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	claimed, err := tx.Exec(`update room_record_v1 set made = $2 where record = $1 and version = $3 and made = $4`,
		x.record, r.makes(), x.version, x.made)
	if err != nil || claimed != 1 {
		return false, err
	}
	return true, d.projectAs(tx, r, is)
}
