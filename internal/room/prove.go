package room

import (
	"context"
	"encoding/json"
	"slices"

	"heed/internal/fail"
	"heed/internal/id"
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
func (d *Desk) CheckLists(ctx context.Context, found func(id.Record, string)) (records int, err error) {
	var after id.Record
	for n := checkBatch; n == checkBatch; records += n {
		err := d.Store.View(ctx, func(tx *store.Tx) error {
			rows, err := store.All(tx, (*row).fields, `select `+rowColumns+rowTables+`where r.record > $1 order by r.record limit $2`, after, checkBatch)
			if err != nil {
				return err
			}
			n = len(rows)
			for _, x := range rows {
				after = x.record
				what, err := d.checkRow(tx, x)
				if err != nil {
					return err
				}
				if what != "" {
					found(x.record, what)
				}
			}
			return nil
		})
		if err != nil {
			return records, err
		}
	}
	return records, nil
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
	return d.checkPlaces(tx, r, &is)
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
