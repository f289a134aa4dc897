package web

import (
	"context"
	"fmt"
	"net/url"

	"heed/internal/clock"
	"heed/internal/fail"
	"heed/internal/store"
)

// Draft is what a person has typed over several pages and not yet sent. It is
// kept on the server, sealed with the key of the day on which it was typed, for seven
// days; nothing of it stays on the device. It outlives the end of the session.
type Draft struct {
	name   string
	Values url.Values
}

// Text is one value; "" when it was not given.
func (d *Draft) Text(name string) string { return d.Values.Get(name) }

// Has says whether the page that asks for name has been answered, be it with nothing.
func (d *Draft) Has(name string) bool { _, ok := d.Values[name]; return ok }

// Set replaces a value.
func (d *Draft) Set(name string, values ...string) { d.Values[name] = values }

// Take copies what was typed into the named fields.
func (d *Draft) Take(f *Form, names ...string) {
	for _, n := range names {
		d.Values[n] = f.typed[n]
	}
}

// Show makes the draft's values the form's defaults.
func (d *Draft) Show(f *Form) {
	for name, values := range d.Values {
		f.Default(name, values...)
	}
}

// Draft opens the draft of this name; empty when there is none. Names are of the
// slice's own choosing: "raise", "note:" and the reference.
func (q *Request) Draft(name string) (*Draft, error) {
	d := &Draft{name: name, Values: url.Values{}}
	if !q.SignedIn() {
		return d, nil
	}
	err := q.site.o.Sessions.openDraft(q.Context(), q.session.owner, name, &d.Values)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) { // gone: of a day that is over its life, in a restored database
		err = nil
	}
	return d, err
}

// Keep writes the draft down: on each Continue.
func (q *Request) Keep(d *Draft) error {
	if !q.SignedIn() {
		return fail.New(fail.SignIn, "Log in to keep what you typed")
	}
	return q.site.o.Sessions.keepDraft(q.Context(), q.session.owner, d.name, d.Values)
}

// DropDraft throws the draft away in the caller's own commit, beside what it became,
// with what was left unsent on its pages. For a Desk that takes such a function.
func (q *Request) DropDraft(name string, pages ...string) func(*store.Tx) error {
	if q.session == nil {
		return func(*store.Tx) error { return nil }
	}
	names := []string{name}
	for _, path := range pages {
		names = append(names, heldName(path))
	}
	who := q.session.owner
	return func(tx *store.Tx) error {
		for _, n := range names {
			if _, err := tx.Exec(`delete from web_draft where person = $1 and name = $2`, who.person, n); err != nil {
				return fmt.Errorf("drop draft: %w", err)
			}
		}
		return nil
	}
}

// Drop throws the draft away now.
func (q *Request) Drop(name string, pages ...string) error {
	if q.site.o.Sessions == nil {
		return nil
	}
	return q.site.o.Sessions.store.Do(q.Context(), q.DropDraft(name, pages...))
}

func (s *Sessions) openDraft(ctx context.Context, who owner, name string, into any) error {
	return s.store.View(ctx, func(tx *store.Tx) error {
		var at int64
		var sealed []byte
		row, err := store.One(tx, func(r *struct {
			at     int64
			sealed []byte
		}) []any {
			return []any{&r.at, &r.sealed}
		}, `select at, sealed from web_draft where person = $1 and name = $2`, who.person, name)
		if err != nil {
			return err
		}
		at, sealed = row.at, row.sealed
		return s.days.openJSON(who, "web:draft:"+name, at, sealed, into)
	})
}

func (s *Sessions) keepDraft(ctx context.Context, who owner, name string, v any) error {
	return s.store.Do(ctx, func(tx *store.Tx) error { return s.keepDraftIn(tx, who, name, v) })
}

func (s *Sessions) keepDraftIn(tx *store.Tx, who owner, name string, v any) error {
	at := clock.Micros(tx.Now())
	sealed, err := s.days.sealJSON(who, "web:draft:"+name, at, v)
	if err != nil {
		return err
	}
	err = tx.ChangeOne(`insert into web_draft (person, name, at, sealed) values ($1, $2, $3, $4)
on conflict (person, name) do update set at = excluded.at, sealed = excluded.sealed`, who.person, name, at, sealed)
	if err != nil {
		return fmt.Errorf("keep draft: %w", err)
	}
	return nil
}
