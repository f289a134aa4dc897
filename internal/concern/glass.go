package concern

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/plain"
	"heed/internal/store"
)

// A reason lasts this long for the person who gave it; then it is asked again.
const reasonLasts = 30 * time.Minute

var reasonToOpen = plain.Field{Label: "why you need to open this record", Limit: MaxShort, Must: true}

// ReasonFirst is a fail.Hidden for somebody who may break the glass: a page asks
// for a reason, the API answers as for what does not exist.
type ReasonFirst struct{ err error }

func (e *ReasonFirst) Error() string { return e.err.Error() }
func (e *ReasonFirst) Unwrap() error { return e.err }

// openWithGlass opens a record on a reason given a short while ago. Until one is
// given the answer is the same for every reference.
func (d *Desk) openWithGlass(ctx context.Context, a access.Actor, ref id.Reference, hidden error) (*Concern, error) {
	var reason string
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { reason, err = d.reasonGiven(tx, a, ref); return err })
	if err != nil {
		return nil, err
	}
	if reason == "" {
		return nil, &ReasonFirst{hidden}
	}
	return d.read(ctx, a, ref, access.BreakGlass, kindViewed, nil)
}

// reasonGiven is the reason that the actor gave for this reference within the
// last half hour, from the day's book; "" when there is none.
func (d *Desk) reasonGiven(tx *store.Tx, a access.Actor, ref id.Reference) (string, error) {
	key, err := d.Directory.FindDaybook(tx, a.Org)
	if fail.Is(err, fail.Missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	entries, err := d.Ledger.Readings(tx, key)
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.Kind != kindReason || e.Author.Person != a.Person || tx.Now().Sub(e.At) > reasonLasts || e.At.After(tx.Now()) {
			continue
		}
		var said reasonSaid
		if err := json.Unmarshal(e.Data, &said); err != nil {
			return "", fmt.Errorf("read %s: %w", e.Kind, err)
		}
		if said.Reference == ref {
			return said.Reason, nil
		}
	}
	return "", nil
}

// GiveReason writes down why somebody needs to open a record that is not plainly
// theirs, and tells the Caldicott Guardian. It does the same for every well-formed
// reference, so that it tells nothing of what exists.
func (d *Desk) GiveReason(ctx context.Context, a access.Actor, ref id.Reference, reason string) error {
	if words := reasonToOpen.Fault(reason); words != "" {
		return fail.Fields{{Name: "reason", Words: words}}.Err()
	}
	if !d.Policy.BreaksGlass(a) {
		return fail.New(fail.Hidden, "Page not found")
	}
	return d.Store.DoReading(ctx, func(tx *store.Tx) error {
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: "break-glass"}
		ev := ledger.Event{Kind: kindReason, Data: reasonSaid{ref, reason}}
		book, err := d.Directory.Daybook(tx, a.Org)
		if err != nil {
			return err
		}
		if err := d.Ledger.Reading(tx, book, by, ev); err != nil {
			return err
		}
		row, err := rowByReference(tx, ref)
		if err == nil && row.Org == a.Org {
			key, err := d.Vault.Key(tx, row.Org, row.Record)
			if err != nil {
				return err
			}
			if err := d.Ledger.Reading(tx, key, by, ev); err != nil {
				return err
			}
		} else if err != nil && !fail.Is(err, fail.Missing) {
			return err
		}
		return d.tellGuardians(tx, a)
	})
}

// tellGuardians sends word, without a personal word, to every Caldicott Guardian;
// to the executive lead when the one who opened is the Guardian.
func (d *Desk) tellGuardians(tx *store.Tx, a access.Actor) error {
	told := false
	for _, role := range []access.Role{access.CaldicottGuardian, access.ExecutiveLead} {
		who, err := d.Directory.Holders(tx, a.Org, role, id.Team{})
		if err != nil {
			return err
		}
		for _, p := range who {
			if p.ID == a.Person {
				continue
			}
			told = true
			if err := d.notify(tx, p.ID, a.Org, mailGlass); err != nil {
				return err
			}
		}
		if told {
			return nil
		}
	}
	return nil
}
