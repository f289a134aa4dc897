package room

import (
	"context"
	"fmt"
	"strings"

	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Projection is the tables of all rooms, made by replay of the ledger.
func (d *Desk) Projection() store.Projection {
	return store.Projection{Name: "room", Version: 1, Schema: schema, Replay: d.replay}
}

func (d *Desk) replay(ctx context.Context, _ *store.Store) error {
	for _, r := range d.rooms {
		err := d.Ledger.Each(ctx, r.Name+".", func(tx *store.Tx, e ledger.Entry) error {
			if e.Version != 1 || !strings.HasPrefix(e.Kind, r.Name+".") {
				return nil
			}
			return d.project(tx, r, e.Org, e.Record)
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
	key, err := d.Vault.Key(tx, org, rec)
	if err != nil {
		return err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return err
	}
	s, _, err := fold(history)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from room_record_v1 where record = $1`, rec); err != nil {
		return err
	}
	if _, err := tx.Exec(`delete from room_list_v1 where record = $1`, rec); err != nil {
		return err
	}
	if err := d.begin(tx, r, key, &s); err != nil {
		return err
	}
	return d.remind(tx, &s)
}

// catchUpBatch is how many records one unit of CatchUp makes anew.
const catchUpBatch = 200

// CatchUp makes anew the places of records that another version of the program
// made: at every start, and now and then while two versions run side by side. Where
// there is nothing to do it is one look at an index for each room.
func (d *Desk) CatchUp(ctx context.Context) (done int, err error) {
	for _, r := range d.rooms {
		if behind, err := d.behind(ctx, r); err != nil || !behind {
			if err != nil {
				return done, fmt.Errorf("room %s: %w", r.Name, err)
			}
			continue // nothing to write: a full disk does not keep a program from starting
		}
		after := make([]byte, len(id.Record{}.Bytes())) // as bytes: a zero id is null
		for n := catchUpBatch; n == catchUpBatch; {
			var made int
			var last []byte
			err := d.Store.Do(ctx, func(tx *store.Tx) error {
				made = 0
				rows, err := store.All(tx, (*row).fields, `select `+rowColumns+rowTables+
					`where r.room = $1 and r.made <> $2 and r.record > $3 order by r.record limit $4`, r.Number, r.Rows, after, catchUpBatch)
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
			after, done = last, done+made
			if err != nil {
				return done, fmt.Errorf("room %s: %w", r.Name, err)
			}
		}
	}
	return done, nil
}

// behind says whether another version made any of a room's places.
func (d *Desk) behind(ctx context.Context, r *Room) (yes bool, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		all, err := store.All(tx, func(n *int) []any { return []any{n} },
			`select made from room_record_v1 where room = $1 and made <> $2 limit 1`, r.Number, r.Rows)
		yes = len(all) > 0
		return err
	})
	return yes, err
}

// remake makes a record's places anew. One that is damaged is passed by and named:
// it must not keep the others, or the program, from starting.
func (d *Desk) remake(tx *store.Tx, r *Room, x row) (bool, error) {
	s, _, err := d.open(x)
	if fail.Is(err, fail.Gone) {
		return true, wipe(tx, x.record)
	}
	if fail.Is(err, fail.Tampered) {
		d.Log.Error("a record's place in lists cannot be made anew: it is damaged", "record", x.record.String(), "room", r.Name)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	places, err := d.placesOf(tx, r, &s)
	if err != nil {
		return false, err
	}
	if err := d.replacePlaces(tx, x.record, places); err != nil {
		return false, err
	}
	_, err = tx.Exec(`update room_record_v1 set made = $2 where record = $1 and version = $3`, x.record, r.Rows, x.version)
	return true, err
}
