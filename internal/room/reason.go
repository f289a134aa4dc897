package room

import (
	"context"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/plain"
	"heed/internal/store"
)

// ReasonFirst is an error for somebody who may open a record on a reason: a page asks
// for one, the API answers as its cause says.
type ReasonFirst struct{ err error }

func (e *ReasonFirst) Error() string { return e.err.Error() }
func (e *ReasonFirst) Unwrap() error { return e.err }

// actReason opens a record that is not plainly one's own, on a reason.
const actReason = "break_glass"

// openWith opens a record, on a reason where this actor needs one.
func (d *Desk) openWith(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what Look,
	and more) (View, error) {
	if r.Reason == nil {
		return d.readWith(ctx, a, r, ref, what, and)
	}
	if d.openings.Spent(a.Person, ref, r.Openings, d.Clock.Now()) {
		return d.onReason(ctx, a, r, ref, what, and, fail.New(fail.Refused, "You have opened %s within an hour. "+
			"Open this one on its page, "+
			"where you say why you need to, or wait", plain.Count(r.Openings, r.One, r.Many)))
	}
	v, err := d.readWith(ctx, a, r, ref, what, and)
	if err == nil {
		d.openings.Note(a.Person, ref, d.Clock.Now())
	}
	if fail.Is(err, fail.Hidden) && d.Policy.BreaksGlass(a) {
		return d.onReason(ctx, a, r, ref, what, and, err)
	}
	if fail.FieldsOf(err).For("reason") != "" && a.Role != access.Lead { // a lead's own closed one: they see it listed
		return View{}, &ReasonFirst{fail.New(fail.Hidden, "Page not found")}
	}
	return v, err
}

// onReason opens a record on a reason given a short while ago. Until one is given the
// answer is the same for every reference.
func (d *Desk) onReason(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what Look, and more,
	cause error) (View, error) {
	var reason string
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) { reason, err = r.Reason(tx, a, ref); return err })
	if err != nil {
		return View{}, err
	}
	if reason == "" {
		return View{}, &ReasonFirst{cause}
	}
	what.Act = actReason
	return d.readWith(ctx, a, r, ref, what, and)
}
