package room

import (
	"context"
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
)

// The kinds of event that every room has besides its steps, after the room's name.
const (
	kindViewed  = ".viewed"
	kindReaders = ".readers_viewed"
	kindListed  = ".listed"
	kindRefused = ".refused"

	kindDocument = ".document_opened"

	kindConfirmed = ".reading_confirmed"
	kindCounted   = ".confirmations_viewed"
)

// ruleMissing stands in the entry of a refused reading, for hidden and missing alike.
const ruleMissing = "not-found"

// found is a record that somebody asked for, with what access says. The zero state
// is that of a record that does not exist.
type found struct {
	state    State
	key      *vault.Key
	made     int
	decision access.Decision
}

// refusal is nil when the actor may.
func (f found) refusal(r *Room, now time.Time) error {
	if f.key == nil {
		return fail.New(fail.Hidden, "Page not found")
	}
	return f.decision.Err(r.resource(&f.state, now))
}

// find is the way to a record: by reference, and asked of access. A record of
// another organisation or another room is not there at all.
func (d *Desk) find(tx *store.Tx, a access.Actor, r *Room, ref id.Reference, act access.Action) (found, error) {
	row, err := rowByReference(tx, ref)
	if fail.Is(err, fail.Missing) || err == nil && (row.org != a.Org || row.room != r.Number) {
		// The same work as for a record that is there: a decision about nothing.
		d.Policy.Decide(a, act, access.Resource{Kind: r.Kind, Org: a.Org, Compartment: r.Compartment}, access.Context{})
		return found{}, nil
	}
	if err != nil {
		return found{}, err
	}
	s, key, err := d.open(row)
	if err != nil {
		return found{}, err
	}
	if s.Compartment != r.Compartment {
		return found{}, nil // not there at all, as one of another room
	}
	if s.Reference != ref {
		return found{}, fail.New(fail.Tampered, wordsDamaged)
	}
	decision := d.Policy.Decide(a, act, r.resource(&s, tx.Now()), access.Context{})
	return found{state: s, key: key, made: row.made, decision: decision}, nil
}

type refused struct {
	Reference id.Reference `json:"reference"`
}

// refuse writes that somebody asked for what is not theirs or not there: one kind,
// one size, one place, so that the record of it tells no more than the answer.
func (d *Desk) refuse(tx *store.Tx, a access.Actor, r *Room, ref id.Reference) error {
	return d.note(tx, a, ruleMissing, r.Name+kindRefused, refused{ref})
}

// note writes into the organisation's book of the day.
func (d *Desk) note(tx *store.Tx, a access.Actor, rule, kind string, data any) error {
	book, err := d.Directory.Daybook(tx, a.Org)
	if err != nil {
		return err
	}
	by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
	return d.Ledger.Reading(tx, ledger.Daybook, book, by, ledger.Event{Kind: kind, Data: data})
}

// View is a record as somebody may see it.
type View struct {
	State
	Room    *Room
	Process *process.Definition
	Taken   []Taken            // every step that this person sees, as they see it, oldest first
	May     []process.StepInfo // what this person may do now
	Readers []Reader           // only when they were asked for
	Reading ToRead             // what this person is asked to read and confirm
	Counts  bool               // they may see how many have confirmed it
}

// Open gives a record to somebody who may open it. The reading is in the ledger
// before this returns: no entry, no record (promise I1).
func (d *Desk) Open(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (View, error) {
	return d.read(ctx, a, r, ref, actView, kindViewed)
}

// Reader is somebody who opened a record.
type Reader struct {
	At   time.Time
	By   id.Person
	Role string
	What string
	Rule string
}

// Readers gives a record with all who have opened it, newest first. Looking at them
// is itself written.
func (d *Desk) Readers(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (View, error) {
	v, err := d.read(ctx, a, r, ref, actReaders, kindReaders)
	if err != nil {
		return View{}, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		v.Readers = nil
		key, err := d.Vault.Key(tx, v.Org, v.Record)
		if err != nil {
			return err
		}
		entries, err := d.Ledger.Readings(tx, key)
		for _, e := range slices.Backward(entries) {
			what := "Opened it"
			switch e.Kind {
			case r.Name + kindConfirmed: // it was read before; who has confirmed is counted elsewhere
				continue
			case r.Name + kindCounted:
				what = "Looked at who has confirmed reading it"
			case r.Name + kindReaders:
				what = "Looked at who has opened it"
			case r.Name + kindDocument:
				what = "Opened a document"
			}
			v.Readers = append(v.Readers, Reader{At: e.At, By: e.Author.Person, Role: e.Author.Role, What: what, Rule: e.Author.Rule})
		}
		return err
	})
	return v, err
}

// read finds a record and folds it outside the writer, in one snapshot, and writes down
// that it was read, or refused, before it gives anything.
func (d *Desk) read(ctx context.Context, a access.Actor, r *Room, ref id.Reference, act, kind string) (View, error) {
	return d.readWith(ctx, a, r, ref, asking{act, kind, struct{}{}}, nil)
}

// asking is what somebody asks to read: the action, and the entry that says so.
type asking struct {
	act, kind string
	data      any
}

// readWith is read, with more of the record from the same snapshot. When that is not
// there for whoever asks, the record is not.
func (d *Desk) readWith(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what asking,
	more func(*store.Tx, *vault.Key, View) error) (View, error) {
	var out View
	var f found
	var refusal error
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		out, refusal = View{}, nil
		if f, err = d.find(tx, a, r, ref, r.action(what.act)); err != nil {
			return err
		}
		if refusal = f.refusal(r, tx.Now()); refusal != nil {
			return nil
		}
		if out, err = d.view(tx, a, r, f); err != nil || more == nil {
			return err
		}
		if err = more(tx, f.key, out); fail.Is(err, fail.Missing) {
			refusal, err = fail.New(fail.Hidden, "Page not found"), nil
		}
		return err
	})
	if err != nil {
		return View{}, err
	}
	err = d.Store.DoReading(ctx, func(tx *store.Tx) error {
		if refusal != nil {
			return d.refuse(tx, a, r, ref)
		}
		key, err := d.Vault.Key(tx, f.state.Org, f.state.Record) // erased meanwhile: gone
		if err != nil {
			return err
		}
		by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: f.decision.Rule}
		return d.Ledger.Reading(tx, r.Number, key, by, ledger.Event{Kind: r.Name + what.kind, Data: what.data})
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return View{}, err
	}
	return out, nil
}

// whole refuses to go on with a record whose history is damaged. A unit stands on the
// picture in the row, since no history is folded inside the writer; so this comes before
// it. Who may not take the step is left to the unit, which says and writes so.
func (d *Desk) whole(ctx context.Context, a access.Actor, r *Room, ref id.Reference, step process.Step) error {
	return d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, r.action(string(step)))
		if err == nil && f.refusal(r, tx.Now()) == nil {
			_, _, err = d.folded(tx, f)
		}
		return err
	})
}

// folded is the record as its history has it; the picture in the row must say the same.
func (d *Desk) folded(tx *store.Tx, f found) (State, []Taken, error) {
	history, err := d.Ledger.History(tx, f.key)
	if err != nil {
		return State{}, nil, err
	}
	s, taken, err := Fold(history)
	if err == nil && (s.Version != f.state.Version || s.Reference != f.state.Reference) {
		err = fail.New(fail.Tampered, wordsDamaged)
	}
	return s, taken, err
}

// view is the record as this actor may see it.
func (d *Desk) view(tx *store.Tx, a access.Actor, r *Room, f found) (View, error) {
	s, taken, err := d.folded(tx, f)
	if err != nil {
		return View{}, err
	}
	def, err := r.Definition(s.Definition)
	if err != nil {
		return View{}, err
	}
	v := View{State: s, Room: r, Process: def, Taken: d.shown(a, r, &s, taken, tx.Now()), May: d.may(a, r, def, &s, tx.Now())}
	v.Due = dueTo(a, r, &s, d.mayWork(a, r, &s, tx.Now()))
	v.Counts = r.Latest().Audience.Given() &&
		d.Policy.Decide(a, r.action(actCount), r.resource(&s, tx.Now()), access.Context{}).Effect == access.Allow
	v.Reading, err = d.toRead(tx, a, r, &s)
	return v, err
}

// may are the steps that this actor may take now, in the definition's order.
func (d *Desk) may(a access.Actor, r *Room, def *process.Definition, s *State, now time.Time) []process.StepInfo {
	var out []process.StepInfo
	for _, info := range def.StepsFor(process.Role(a.Role), s.Status()) {
		decision := d.Policy.Decide(a, r.action(string(info.ID)), r.resource(s, now), access.Context{})
		if info.ID != r.First().ID && decision.Effect == access.Allow {
			out = append(out, info)
		}
	}
	return out
}

// StepOf is a step as the definition of a record has it, so that a form is read as it
// was asked. Of a record that this actor has no business with it is the latest: what
// is typed is read, and nothing of the record is told.
func (d *Desk) StepOf(ctx context.Context, a access.Actor, r *Room, ref id.Reference, step process.Step) (process.StepInfo, error) {
	all := r.Steps()
	i := slices.IndexFunc(all, func(s process.StepInfo) bool { return s.ID == step })
	if i < 0 {
		return process.StepInfo{}, fail.New(fail.Missing, "Page not found")
	}
	info := all[i]
	if len(r.Definitions) == 1 {
		return info, nil
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, r.action(string(step)))
		if err != nil || f.refusal(r, tx.Now()) != nil {
			return err
		}
		if def, err := r.Definition(f.state.Definition); err == nil {
			if own, ok := def.Step(step); ok {
				info = own
			}
		}
		return nil
	})
	return info, err
}

// Allowed asks access about a step without taking it, in the words of Take and with its
// entry, for whoever is to be shown something before.
func (d *Desk) Allowed(ctx context.Context, a access.Actor, r *Room, ref id.Reference, step process.Step) error {
	var refusal error
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, r.action(string(step)))
		refusal = f.refusal(r, tx.Now())
		return err
	})
	if err != nil || refusal == nil {
		return err
	}
	if err := d.Store.DoReading(ctx, func(tx *store.Tx) error { return d.refuse(tx, a, r, ref) }); err != nil {
		return err
	}
	return refusal
}

// Clone copies what Apply changes in place.
func (s *State) Clone() State {
	out := *s
	out.People = map[string][]id.Person{}
	for as, who := range s.People {
		out.People[as] = slices.Clone(who)
	}
	out.Last, out.Kept = maps.Clone(s.Last), maps.Clone(s.Kept)
	return out
}

// MayBegin says whether this actor may begin a record.
func (d *Desk) MayBegin(a access.Actor, r *Room) bool {
	return d.Policy.Decide(a, r.action(string(r.First().ID)), access.Function(a.Org), access.Context{}).Effect == access.Allow
}

// MayList are the lists that this actor may see.
func (d *Desk) MayList(a access.Actor, r *Room) []process.List {
	var out []process.List
	for _, l := range r.Latest().Lists {
		if d.Policy.Decide(a, r.action("list_"+l.ID), access.Function(a.Org), access.Context{}).Effect == access.Allow {
			out = append(out, l)
		}
	}
	return out
}
