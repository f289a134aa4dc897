package room

import (
	"context"
	"encoding/hex"

	"heed/internal/access"
	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/store"
)

// Day is a day on which something is due to somebody. It says nothing of what it is of:
// calendars are synchronised, shared and shown on locked screens.
type Day struct {
	UID      string // keyed; stays when the day moves, ends with the duty
	Sequence int64  // grows whenever the record moves on
	On       workday.Day
}

// mostDays is how many days a calendar shows, the soonest first.
const mostDays = 500

// mostFetches is how often in an hour somebody's days are given out: each is an entry, and
// an address that others have got hold of must not fill the ledger.
const mostFetches = 20

// Days are those on which something is due to somebody, as My work shows them. That they
// were given out is in the ledger before this returns; they name no record.
func (d *Desk) Days(ctx context.Context, a access.Actor) (out []Day, err error) {
	if !d.calendars.OneMore(a.Person, mostFetches, d.Clock.Now()) {
		return nil, fail.New(fail.TooOften, "Wait an hour: these days have been read %s within one",
			plain.Count(mostFetches, "time", "times"))
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		key, err := d.Directory.ListKey(tx, a.Org)
		if err != nil {
			return err
		}
		of, err := d.workOf(tx, a)
		if err != nil {
			return err
		}
		rows, _, err := d.rows(tx, a, of, Query{Limit: mostDays})
		for _, r := range rows {
			if !r.Due.At.IsZero() {
				uid := tagOf(key, "", "calendar", r.Due.Key(), append(a.Person.Bytes(), r.record.Bytes()...))
				out = append(out, Day{hex.EncodeToString(uid[:]), r.Version, workday.Of(r.Due.At)})
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.listed(ctx, a, "own-calendar", kindWork, "calendar", nil)
}
