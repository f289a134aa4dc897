package room

import (
	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/ledger"
	"heed/internal/store"
)

// lapse writes that a first word counts no more, when nobody gave the second in time.
// It is a step like any other, taken by Heed itself: with an entry, notices and duties; and
// as any other it is not taken on a record whose history is damaged.
func (d *Desk) lapse(tx *store.Tx, r *Room, w writing) (bool, error) {
	s := &w.was
	def, err := d.goesBy(tx, r, s)
	if err != nil {
		return false, nil //nolint:nilerr // a newer program's: it sees to it
	}
	for _, due := range s.Due {
		info, ok := def.LapseOf(due.Deadline)
		if !ok || tx.Now().Before(due.At) {
			continue
		}
		if _, err := d.history(tx, &found{state: *s, key: w.key}); fail.Is(err, fail.Tampered) {
			d.Log.Error("a first word did not lapse: its record is damaged", "record", s.Record.String(), "room", r.Name)
			return false, nil
		} else if err != nil {
			return false, err
		}
		decider, err := d.decider(tx, r, s)
		if err != nil {
			return false, err
		}
		ev, err := decider.Event(*s, access.SystemActor(s.Org), info.ID, nil, true)
		if err != nil {
			return false, err
		}
		by := ledger.Author{Role: string(access.System), Rule: "first-word-lapses"}
		_, err = d.write(tx, r, w, by, ev, info.Kind)
		return true, err
	}
	return false, nil
}
