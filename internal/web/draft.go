package web

import (
	"net/url"

	"heed/internal/fail"
	"heed/internal/session"
	"heed/internal/store"
)

// Draft is what a person has typed over several pages and not yet sent. It is
// kept on the server, sealed with the key of the day on which it was typed, for seven
// days; nothing of it stays on the device. It outlives the end of the session.
type Draft struct {
	name   string
	Values url.Values
}

// Name is what the draft is kept under.
func (d *Draft) Name() string { return d.name }

// Text is one value; "" when it was not given.
func (d *Draft) Text(name string) string { return d.Values.Get(name) }

// Has says whether the page that asks for name has been answered, be it with nothing.
func (d *Draft) Has(name string) bool { _, ok := d.Values[name]; return ok }

// Set replaces a value.
func (d *Draft) Set(name string, values ...string) { d.Values[name] = values }

// Add keeps what was typed in the named fields beside what the draft holds by now, also
// when another window has kept something since it was opened.
func (q *Request) Add(d *Draft, names ...string) error {
	if !q.SignedIn() {
		return fail.New(fail.SignIn, "Log in to keep what you typed")
	}
	some := url.Values{}
	for _, n := range names {
		some[n] = q.form.typed[n]
	}
	all, err := q.site.o.Sessions.AddToDraft(q.Context(), *q.session, d.name, some)
	if err == nil {
		d.Values = all
	}
	return err
}

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
	err := q.site.o.Sessions.OpenDraft(q.Context(), *q.session, name, &d.Values)
	if fail.Is(err, fail.Missing) || fail.Is(err, fail.Gone) {
		// gone: of a day that is over its life, in a restored database
		err = nil
	}
	return d, err
}

// Keep writes the draft down: on each Continue.
func (q *Request) Keep(d *Draft) error {
	if !q.SignedIn() {
		return fail.New(fail.SignIn, "Log in to keep what you typed")
	}
	return q.site.o.Sessions.KeepDraft(q.Context(), *q.session, d.name, d.Values)
}

// DropDraft throws the draft away in the caller's own commit, beside what it became,
// with what was left unsent on its pages. For a Desk that takes such a function.
func (q *Request) DropDraft(name string, pages ...string) func(*store.Tx) error {
	if q.session == nil {
		return func(*store.Tx) error { return nil }
	}
	names := []string{name}
	for _, path := range pages {
		names = append(names, session.HeldName(path))
	}
	x := *q.session
	return func(tx *store.Tx) error { return q.site.o.Sessions.DropDrafts(tx, x, names...) }
}

// Drop throws the draft away now.
func (q *Request) Drop(name string, pages ...string) error {
	if q.site.o.Sessions == nil {
		return nil
	}
	return q.site.o.Sessions.Do(q.Context(), q.DropDraft(name, pages...))
}
