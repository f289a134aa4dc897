package concern

import (
	"context"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
)

// What stands here tells somebody outside the chain: the Caldicott Guardian, or the
// executive lead where a Guardian did it or no Guardian may know.

// tellOutside sends word of a reason, without a personal word.
func (d *Desk) tellOutside(tx *store.Tx, by id.Person, s *room.State) error {
	holders, err := d.rooms.Outsiders(tx, s.Org)
	if err != nil {
		return err
	}
	for _, p := range d.rooms.Told(holders, d.Room, s, by, id.Person{}, tx.Now()) {
		if err := d.Jobs.MailSoon(tx, jobs.Mail{To: p, Org: s.Org, Template: jobs.Waiting}); err != nil {
			return err
		}
	}
	return nil
}

// tellOfBar writes into the month's book that somebody is to be kept from a record or let
// back in.
func (d *Desk) tellOfBar(tx *store.Tx, by ledger.Author, ev room.Event, s *room.State) error {
	if ev.Step != process.KeepFrom && ev.Step != process.LiftBar && ev.Step != process.DeclareConflict {
		return nil
	}
	book, err := d.glassBook(tx, s.Org)
	if err != nil {
		return err
	}
	said := reasonSaid{Reference: s.Reference, Bar: s.Version}
	return d.Ledger.Reading(tx, ledger.ReasonBook, book, by, ledger.Event{Kind: kindBarTold, Data: said})
}

// oversees asks access for a function of those who are told.
func (d *Desk) oversees(a access.Actor, act access.Action) (rule string, err error) {
	decision := d.Policy.Decide(a, act, access.Function(a.Org), access.Context{})
	return decision.Rule, decision.Err(access.Function(a.Org))
}

// Glass gives the reasons of a month and who was to be kept from what, newest first:
// to each only what access lets them be told of the record it is about. That they were
// looked at is in the ledger before.
func (d *Desk) Glass(ctx context.Context, a access.Actor, month time.Time) (out []Broken, err error) {
	rule, err := d.oversees(a, access.Oversee)
	if err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error { out, err = d.toldIn(tx, a, month); return err })
	if err != nil {
		return nil, err
	}
	return out, d.rooms.Listed(ctx, a, d.Room, rule, listGlass, referencesOf(out))
}

// toldIn are the lines of a month's book that this actor is told of, newest first.
func (d *Desk) toldIn(tx *store.Tx, a access.Actor, month time.Time) (out []Broken, err error) {
	all, err := d.glassOf(tx, a.Org, month)
	if err != nil {
		return nil, err
	}
	holders, err := d.rooms.Outsiders(tx, a.Org)
	if err != nil {
		return nil, err
	}
	return d.toldOf(tx, a, holders, all)
}

// toldOf are those of the lines of a book that this actor is told of, newest first.
func (d *Desk) toldOf(tx *store.Tx, a access.Actor, holders map[access.Role][]id.Person, all []Broken) (out []Broken,
	err error) {
	for _, b := range slices.Backward(all) {
		at, err := d.standing(tx, a.Org, b.Reference)
		if err != nil {
			return nil, err
		}
		if at.Bars.Hides(a.Person, b.Bar) || b.Bar > 0 && at.Record.IsZero() { // nobody knows who must not learn of it
			continue
		}
		chain := a.Role == access.CaldicottGuardian || b.Role == string(access.CaldicottGuardian)
		b.Stands, _ = at.Bars.About(b.Bar)
		if d.rooms.MayBeTold(a.Person, a.Role, d.Room, at.Resource(access.KindConcern, tx.Now())) &&
			(chain || slices.Contains(d.rooms.Told(holders, d.Room, &at, b.By, b.Stands.Who, tx.Now()), a.Person)) {
			out = append(out, b)
		}
	}
	return out, nil
}

// lastMonth comes after every month.
const lastMonth = "9999-99"

// waiting gives, over the books of the months since one and before another, newest first,
// the lines on which somebody waits for this actor's word, until more wants no more. A
// book that was damaged is named, and keeps nobody from the others.
func (d *Desk) waiting(tx *store.Tx, a access.Actor, since, before string,
	more func(id.Record, Broken) (bool, error)) error {
	books, err := store.All(tx, (*glassRow).fields,
		`select org, month, record from concern_glass_v1 where org = $1 and month >= $2 and month < $3 order by month desc`,
		a.Org, since, before)
	if err != nil || len(books) == 0 {
		return err
	}
	holders, err := d.rooms.Outsiders(tx, a.Org)
	if err != nil {
		return err
	}
	for _, book := range books {
		all, err := d.bookLines(tx, book)
		if err != nil {
			return err
		}
		// before anything is looked up
		all = slices.DeleteFunc(all, func(b Broken) bool { return b.Bar == 0 && !b.waits(a.Person) })
		if all, err = d.toldOf(tx, a, holders, all); err != nil {
			return err
		}
		for _, b := range all {
			if !b.waits(a.Person) {
				continue
			}
			if more, err := more(book.book, b); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) bookLines(tx *store.Tx, book glassRow) ([]Broken, error) {
	key, err := d.bookKey(tx, book.org, book.book)
	var all []Broken
	if err == nil {
		all, err = d.linesOf(tx, key)
	}
	if fail.Is(err, fail.Tampered) || fail.Is(err, fail.Gone) {
		d.Log.Error("the reasons of a month cannot be read: they are damaged", "record", book.book.String())
		return nil, nil
	}
	return all, err
}

// toldNotices are the reasons that somebody is told of and nobody has reviewed yet; that a
// second word is waited for is a notice of the record's own.
func (d *Desk) toldNotices(tx *store.Tx, a access.Actor, offer func(room.Note) (bool, error)) error {
	if _, err := d.oversees(a, access.Oversee); err != nil {
		return nil //nolint:nilerr // nobody tells them of readings
	}
	return d.waiting(tx, a, tx.Now().Add(-room.NotesFor).Format(monthForm), lastMonth,
		func(book id.Record, b Broken) (bool, error) {
			if b.Bar > 0 {
				return true, nil
			}
			return offer(room.ToldOf(d.Room, book, b.Entry.String(), b.At, b.Reference))
		})
}

// Waiting is a numbered page of the lines, over all months before one, on which
// somebody waits for this actor's word, newest first. That they were looked at is in the
// ledger before.
func (d *Desk) Waiting(ctx context.Context, a access.Actor, before time.Time, q room.Query) (out []Broken, more bool,
	err error) {
	rule, err := d.oversees(a, access.Oversee)
	if err != nil {
		return nil, false, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		out, more = nil, false
		pass := q.Pass
		return d.waiting(tx, a, "", before.Format(monthForm), func(_ id.Record, b Broken) (bool, error) {
			switch {
			case pass > 0:
				pass--
			case len(out) == q.Limit:
				more = true
			default:
				out = append(out, b)
			}
			return !more, nil
		})
	})
	if err != nil {
		return nil, false, err
	}
	return out, more, d.rooms.Listed(ctx, a, d.Room, rule, listGlass, referencesOf(out))
}

func referencesOf(all []Broken) []id.Reference {
	refs := make([]id.Reference, len(all))
	for i, b := range all {
		refs[i] = b.Reference
	}
	return refs
}

// waits says whether somebody else's word is waited for: a review, or a second word.
func (b Broken) waits(p id.Person) bool {
	if b.Bar == 0 {
		return b.Review.At.IsZero() && b.By != p
	}
	_, asked, waits := b.Stands.Waits()
	return waits && asked != p
}

// Page is a numbered page of rows.
type Page struct {
	Rows []room.Row
	More bool // there is a page after this one
}

// Told gives the Guardian a page of what she is told of beside reasons: what has been
// overdue for a day anywhere in the organisation, and what waits for herself since there
// is no lead for it. Rows only; that they were shown is in the ledger before.
func (d *Desk) Told(ctx context.Context, a access.Actor, q room.Query) (late, mine Page, err error) {
	rule, err := d.oversees(a, access.Oversee)
	if err != nil || a.Role != access.CaldicottGuardian {
		return late, mine, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		o, err := d.Directory.OrganisationIn(tx, a.Org)
		if err != nil {
			return err
		}
		var teams []access.Actor
		for _, team := range o.Teams {
			of := a
			of.Team = team.ID
			teams = append(teams, of)
		}
		q.List = ListDue
		if late, err = d.pageOf(tx, a, teams, q, tx.Now().Add(-lateAfter)); err != nil {
			return err
		}
		q.List = ListMine
		mine, err = d.pageOf(tx, a, []access.Actor{a}, q, time.Time{})
		return err
	})
	if err != nil {
		return late, mine, err
	}
	var refs []id.Reference
	for _, r := range slices.Concat(late.Rows, mine.Rows) {
		refs = append(refs, r.Reference)
	}
	return late, mine, d.rooms.Listed(ctx, a, d.Room, rule, listLate, refs)
}

// pageOf is a numbered page of the lists of several places, one after the other, without
// what this actor may not know of: what is hidden leaves no gap.
func (d *Desk) pageOf(tx *store.Tx, a access.Actor, places []access.Actor, q room.Query, until time.Time) (p Page,
	err error) {
	for _, of := range places {
		for after, more := "", true; more; more = after != "" {
			var rows []room.Row
			rows, after, err = d.rooms.Rows(tx, a, d.Room, room.Asking{Of: of, Act: access.ViewConcern, Until: until,
				Query: room.Query{List: q.List, Limit: room.MaxPage, After: after}})
			if err != nil {
				return p, err
			}
			for _, r := range rows {
				switch {
				case q.Pass > 0:
					q.Pass--
				case len(p.Rows) == q.Limit:
					p.More = true
					return p, nil
				default:
					p.Rows = append(p.Rows, r)
				}
			}
		}
	}
	return p, nil
}

// standing is where the record of a reference stands for access, if it is one of this
// organisation's. What does not open is as if it were not there: whoever may open it is
// told when it is read.
func (d *Desk) standing(tx *store.Tx, org id.Org, ref id.Reference) (room.State, error) {
	s, err := d.rooms.Standing(tx, d.Room, org, ref)
	if fail.Is(err, fail.Tampered) {
		return room.State{Org: org, Compartment: string(Patient)}, nil
	}
	return s, err
}
