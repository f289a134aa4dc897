package room

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/store"
)

// Events are the room's kinds of event with what each says, for docs/events.md.
func (r *Room) Events() map[string]string {
	all := map[string]string{
		r.Name + kindViewed:  "Somebody opened the " + r.One + "; written before it is sent",
		r.Name + kindReaders: "Somebody looked at who has opened the " + r.One,
		r.Name + kindListed:  "A list of " + r.Many + " was shown, and which references it named",
		r.Name + kindRefused: "Somebody asked for a " + r.One + " that is not theirs or does not exist; both are written alike",
	}
	for _, d := range r.Definitions {
		for _, s := range d.AllSteps {
			all[s.Kind] = s.Label
		}
	}
	return all
}

// checkBatch is how many records CheckLists looks at in one view.
const checkBatch = 500

// CheckLists compares what finding and listing stand on with the history, record by
// record in the order of their ids, so that its memory does not grow with their
// number. It gives each difference in words, and how many records there are.
// Between pieces of the work it calls rest.
func (d *Desk) CheckLists(ctx context.Context, rest func(context.Context, time.Duration), found func(id.Record, string)) (records int, err error) {
	return d.eachRow(ctx, rest, func(tx *store.Tx, x row) error {
		what, err := d.checkRow(tx, x)
		if what != "" {
			found(x.record, what)
		}
		return err
	})
}

// RemakeDuties makes the duty of every record whose history asks for one, and has
// none or one that was put off; it tells of each.
func (d *Desk) RemakeDuties(ctx context.Context, rest func(context.Context, time.Duration), found func(id.Record, string)) error {
	var lost []row
	_, err := d.eachRow(ctx, rest, func(tx *store.Tx, x row) error {
		is, err := d.proved(tx, x)
		if fail.Is(err, fail.Gone) || fail.Is(err, fail.Tampered) {
			return nil // what was tampered with is named by CheckLists
		}
		if err != nil {
			return err
		}
		what, err := dutyAmiss(tx, &is)
		if what != "" {
			lost = append(lost, x)
			found(x.record, what)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range lost {
		err := d.Store.Do(ctx, func(tx *store.Tx) error {
			is, err := d.proved(tx, x)
			if fail.Is(err, fail.Gone) {
				return nil
			}
			if err != nil {
				return err
			}
			return d.remind(tx, &is)
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

// proved is where a record stands by its history alone.
func (d *Desk) proved(tx *store.Tx, x row) (State, error) {
	key, err := d.Vault.Key(tx, x.org, x.record)
	if err != nil {
		return State{}, err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return State{}, err
	}
	is, _, err := fold(history)
	return is, err
}

func (d *Desk) eachRow(ctx context.Context, rest func(context.Context, time.Duration), fn func(*store.Tx, row) error) (records int, err error) {
	var after id.Record
	for n := checkBatch; n == checkBatch; records += n {
		worked := clock.Stopwatch()
		err := d.Store.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*row).fields, `select `+rowColumns+rowTables+`where r.record > $1 order by r.record limit $2`, after, checkBatch)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, x := range rows {
				after = x.record
				if err := fn(tx, x); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return records, err
		}
		rest(ctx, worked())
	}
	return records, ctx.Err()
}

// checkRow says how a record's rows differ from its history, or "".
func (d *Desk) checkRow(tx *store.Tx, x row) (string, error) {
	s, key, err := d.open(x)
	switch {
	case fail.Is(err, fail.Gone):
		return "", nil
	case fail.Is(err, fail.Tampered):
		return "does not match its history", nil
	case err != nil:
		return "", err
	}
	history, err := d.Ledger.History(tx, key)
	if fail.Is(err, fail.Tampered) {
		return "does not match its history", nil
	}
	if err != nil {
		return "", err
	}
	is, _, err := fold(history)
	if err != nil {
		return "", err
	}
	r, ok := d.byNumber(x.room)
	if !ok || x.made != r.Rows {
		return "", nil // another version's: made again when that program starts
	}
	if !same(s, is) {
		return "stands in the lists otherwise than in its history", nil
	}
	if what, err := d.checkPlaces(tx, r, &is); what != "" || err != nil {
		return what, err
	}
	return dutyAmiss(tx, &is)
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
