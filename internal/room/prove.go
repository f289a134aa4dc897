package room

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"heed/internal/document/keep"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/vault"
)

// Events are the room's kinds of event with what each says, for docs/events.md.
func (r *Room) Events() map[string]string {
	all := map[string]string{
		r.Name + kindViewed:   "Somebody opened the " + r.One + "; written before it is sent",
		r.Name + kindReaders:  "Somebody looked at who has opened the " + r.One,
		r.Name + kindListed:   "A list of " + r.Many + " was shown, and which references it named",
		r.Name + kindDocument: "Somebody opened a document of the " + r.One + "; written before it is sent",
		r.Name + kindRefused:  "Somebody asked for a " + r.One + " that is not theirs or does not exist; both are written alike",
	}
	for _, d := range r.Definitions {
		for _, s := range d.AllSteps {
			all[s.Kind] = s.Label
		}
	}
	return all
}

// SharedEvents are the kinds of event of the lists over all rooms.
func SharedEvents() map[string]string {
	return map[string]string{kindWork: "Somebody was shown their notices and their work, and which references they named"}
}

// CheckLists compares what finding and listing stand on, and the duties, with the
// history: record by record as they begin in the ledger, so that a row that was taken
// away is missed, and its memory does not grow with their number. It gives each
// difference in words, and how many records there are, by room. Between pieces of the work it
// calls rest.
func (d *Desk) CheckLists(ctx context.Context, rest func(context.Context, time.Duration),
	found func(id.Record, string)) (records map[string]int, err error) {
	records = map[string]int{}
	err = d.eachBegun(ctx, rest, func(tx *store.Tx, r *Room, e ledger.Entry) error {
		records[r.Many]++
		is, err := d.proved(tx, e.Org, e.Record)
		switch {
		case fail.Is(err, fail.Gone):
			return keep.Left(tx, e.Record, found)
		case fail.Is(err, fail.Tampered):
			found(e.Record, "does not match its history")
			return nil
		case err != nil:
			return err
		}
		what, err := d.checkRow(tx, r, &is.State)
		if what != "" {
			found(e.Record, what)
		}
		if err != nil {
			return err
		}
		if what, err = dutyAmiss(tx, &is.State); what != "" {
			found(e.Record, what)
		}
		if err != nil {
			return err
		}
		return keep.Check(tx, is.key, documentsOf(is.taken), found)
	})
	if err != nil {
		return records, err
	}
	return records, d.strangers(ctx, found)
}

// Remake brings back what was changed or taken away of what is made from the history:
// rows, places in lists, duties. It tells of each.
func (d *Desk) Remake(ctx context.Context, rest func(context.Context, time.Duration), found func(id.Record, string)) error {
	type lost struct {
		room *Room
		e    ledger.Entry
	}
	var all []lost
	err := d.eachBegun(ctx, rest, func(tx *store.Tx, r *Room, e ledger.Entry) error {
		is, err := d.proved(tx, e.Org, e.Record)
		if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
			return nil // what was tampered with is named by CheckLists
		}
		if err != nil {
			return err
		}
		what, err := d.checkRow(tx, r, &is.State)
		if err == nil && what == "" {
			what, err = dutyAmiss(tx, &is.State)
		}
		if what != "" {
			all = append(all, lost{r, e})
			found(e.Record, what)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range all {
		err := d.Store.Do(ctx, func(tx *store.Tx) error {
			err := d.project(tx, x.room, x.e.Org, x.e.Record)
			if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func dutyAmiss(tx *store.Tx, s *State) (string, error) {
	if want, ok := s.duty(); ok {
		return jobs.Amiss(tx, want)
	}
	return "", nil
}

// proven is where a record stands by its history alone, and how it came there.
type proven struct {
	State
	taken []Taken
	key   *vault.Key
}

func (d *Desk) proved(tx *store.Tx, org id.Org, rec id.Record) (is proven, err error) {
	if is.key, err = d.Vault.Key(tx, org, rec); err != nil {
		return is, err
	}
	history, err := d.Ledger.History(tx, is.key)
	if err != nil {
		return is, err
	}
	is.State, is.taken, err = Fold(history)
	return is, err
}

// eachBegun gives every record of every room by its first entry.
func (d *Desk) eachBegun(ctx context.Context, rest func(context.Context, time.Duration), fn func(*store.Tx, *Room, ledger.Entry) error) error {
	for _, r := range d.rooms {
		err := d.Ledger.Begun(ctx, r.Number, rest, func(tx *store.Tx, e ledger.Entry) error { return fn(tx, r, e) })
		if err != nil {
			return fmt.Errorf("room %s: %w", r.Name, err)
		}
	}
	return nil
}

// checkRow says how a record's rows differ from where it stands by its history, or "".
func (d *Desk) checkRow(tx *store.Tx, r *Room, is *State) (string, error) {
	x, err := rowByRecord(tx, is.Record)
	switch {
	case fail.Is(err, fail.Missing):
		return "cannot be found or listed: its row is not there", nil
	case err != nil:
		return "", err
	case x.org != is.Org || x.room != r.Number || x.reference != string(is.Reference):
		return "stands in the lists with another organisation, room or reference", nil
	}
	s, _, err := d.open(x)
	switch {
	case fail.Is(err, fail.Tampered):
		return "stands in the lists with a picture that does not open", nil
	case err != nil:
		return "", err
	case !same(s, *is):
		return "stands in the lists otherwise than in its history", nil
	case x.made != r.makes():
		return "", nil // another version's places: made again when that program starts
	}
	return d.checkPlaces(tx, r, is)
}

// strangers are rows that belong to no record.
func (d *Desk) strangers(ctx context.Context, found func(id.Record, string)) error {
	return d.Store.View(ctx, func(tx *store.Tx) error {
		for _, text := range []string{
			`select record from room_record_v1 r where not exists (select 1 from entry e where e.record = r.record and e.version = 1)`,
			keep.Strangers,
			`select distinct record from room_list_v1 l where not exists (select 1 from room_record_v1 r where r.record = l.record)`,
		} {
			all, err := store.All(tx, func(r *id.Record) []any { return []any{r} }, text)
			if err != nil {
				return err
			}
			for _, rec := range all {
				found(rec, "stands in the tables and in no history")
			}
		}
		return nil
	})
}

func same(a, b State) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

func (d *Desk) checkPlaces(tx *store.Tx, r *Room, s *State) (string, error) {
	want, err := d.placesOf(tx, r, s)
	if err != nil {
		return "", err
	}
	has, err := store.All(tx, func(p *placedRow) []any { return []any{&p.tag, &p.sort} },
		`select tag, sort from room_list_v1 where record = $1`, s.Record)
	if err != nil {
		return "", err
	}
	for _, h := range has {
		if len(h.tag) != len(Tag{}) || !slices.Contains(want, placed{Tag(h.tag), h.sort}) {
			return "stands in a list where it does not belong", nil
		}
	}
	if len(has) != len(want) {
		return "is missing from a list", nil
	}
	return "", nil
}

type placedRow struct {
	tag  []byte
	sort int64
}
