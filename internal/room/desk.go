package room

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"heed/internal/access"
	"heed/internal/clock"
	"heed/internal/directory"
	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/jobs"
	"heed/internal/ledger"
	"heed/internal/match"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Parts are what the desk works with.
type Parts struct {
	Store     *store.Store
	Vault     *vault.Vault
	Ledger    *ledger.Log
	Policy    *access.Policy
	Directory *directory.Desk
	Jobs      *jobs.Queue
	Clock     clock.Clock
	Log       *slog.Logger
	Spool     *document.Spool  // in which documents lie while they are given out; nil has no bound
	Scanner   document.Scanner // looks for harmful software in documents; nil: nobody does
}

// Desk is the only way to the records of all rooms. Every method asks access first
// and writes to the ledger before it answers.
type Desk struct {
	Parts
	rooms     []*Room
	openings  Pace      // records opened, in rooms that ask for reasons
	calendars Pace      // how often somebody's days were read
	arranged  Pace      // how often somebody arranged or ended a cover
	told      []Telling // see Tells
	overlaid  sync.Map  // of laying: laid
	persons   *persons  // whom records are about
}

// NewDesk makes a desk for rooms and takes on their jobs. That a room has no fault is asked by
// tests and heed process check, and by no start: to walk through all that can become of the
// records of two kinds would make one half as long again.
func NewDesk(p Parts, rooms ...*Room) (*Desk, error) {
	d := newDesk(p, rooms)
	for i, r := range rooms {
		if err := among(r, rooms, rooms[:i]); err != nil {
			return nil, err
		}
	}
	d.Jobs.Handle(jobDue, d.due)
	d.Jobs.Handle(jobForget, d.forget)
	return d, nil
}

// among says what is wrong with a room among all, of which some were taken on before it.
func among(r *Room, all, before []*Room) error {
	if fault := linkFault(r, all); fault != "" {
		return fmt.Errorf("room %s: %s", r.Name, r.Latest().Fault(fault))
	}
	for _, other := range before {
		if same := shared(r, other); same != "" {
			return fmt.Errorf("rooms %s (%s) and %s (%s) both have the %s: give the later one another", other.Name, other.Kind,
				r.Name, r.Kind, same)
		}
	}
	return nil
}

// shared is what two rooms both have, though each must have its own; "" where there is nothing.
func shared(a, b *Room) string {
	switch {
	case a.Name == b.Name:
		return fmt.Sprintf("Name %q", a.Name)
	case a.Number == b.Number:
		return fmt.Sprintf("Number %d, and docs/events.md has those that are taken", a.Number)
	case a.Kind == b.Kind:
		return fmt.Sprintf("Kind %q", a.Kind)
	case a.One == b.One:
		return fmt.Sprintf("One %q, by which a program calls what it does", a.One)
	case a.Many == b.Many:
		return fmt.Sprintf("Many %q, which stands in addresses", a.Many)
	}
	return ""
}

// TestOnlyDesk is a desk whose rooms nobody has checked and which does no jobs.
func TestOnlyDesk(p Parts, rooms ...*Room) *Desk { return newDesk(p, rooms) }

func newDesk(p Parts, rooms []*Room) *Desk {
	return &Desk{Parts: p, rooms: rooms, persons: &persons{index: match.NewIndex()}}
}

// Policy is the rules of who may, those of these rooms too.
func Policy(rooms ...*Room) (*access.Policy, error) {
	all := make([]access.Room, len(rooms))
	for i, r := range rooms {
		all[i] = r.Access()
	}
	return access.New(all...)
}

// Rooms are all rooms whose faces are made from their definitions, in the order of the
// program's list.
func (d *Desk) Rooms() []*Room {
	return slices.DeleteFunc(slices.Clone(d.rooms), func(r *Room) bool { return r.Apart })
}

func (d *Desk) byNumber(n ledger.Room) (*Room, bool) {
	for _, r := range d.rooms {
		if r.Number == n {
			return r, true
		}
	}
	return nil, false
}

// Receipt answers whoever began a record or took a step: never more of the record.
type Receipt struct {
	Reference id.Reference
	Version   int64
	Step      process.Step
	Outcome   string
	Done      string // what was done, in a sentence
	At        time.Time

	// Of a record that was begun: in which team, and by when whoever began it hears.
	Record  id.Record
	Team    directory.Team // known by name to whoever began it, and to nobody else
	HearsBy time.Time
}

// Beginning is a record to be begun.
type Beginning struct {
	Answers field.Answers
	Key     string // the same key again is the same record
	Strict  bool   // refuse answers to what is not asked, instead of leaving them out
	// Also runs in the same commit: the end of a draft.
	Also func(*store.Tx) error
}

// Begin begins a record: key, entry, rows, duties, notices, in one commit.
func (d *Desk) Begin(ctx context.Context, a access.Actor, r *Room, b Beginning) (Receipt, error) {
	info := r.First()
	ask := access.Function(a.Org)
	decision := d.mayUse(a, r, string(info.ID))
	if err := decision.Err(ask); err != nil {
		return Receipt{}, err
	}
	harmful := Scanned(ctx, d.Scanner, b.Answers)
	digest := digestOf(r.Name, string(info.ID), "", b.Answers)
	var out Receipt
	err := d.again(ctx, func(tx *store.Tx) error {
		before, found, err := d.before(tx, a, b.Key, digest)
		if err != nil {
			return err
		}
		if found {
			out, err = d.begunBefore(tx, r, before)
			return err
		}
		if harmful != nil {
			return harmful
		}
		if out, err = d.beginIn(tx, a, r, decision.Rule, b, digest); err != nil || b.Also == nil {
			return err
		}
		return b.Also(tx)
	})
	return out, err
}

func (d *Desk) beginIn(tx *store.Tx, a access.Actor, r *Room, rule string, b Beginning, digest []byte) (Receipt,
	error) {
	decider, o, err := d.decider(tx, r, &State{Org: a.Org, Definition: r.Latest().Name()}, a.Person)
	if err != nil {
		return Receipt{}, err
	}
	def, info := decider.Process, r.First()
	start := State{Stage: def.Start().State, Facts: def.Start().Facts}
	ev, err := decider.Event(start, a, info.ID, b.Answers, b.Strict)
	if err != nil {
		return Receipt{}, err
	}
	if r.Owner != nil {
		owner, err := r.Owner(tx, a)
		if err != nil {
			return Receipt{}, err
		}
		ev.Effect.Owner = &owner
	}
	ev.Effect.Began = &Began{Reference: id.NewReference(), Team: a.Team, Compartment: r.Compartment,
		HearsBy: ev.Effect.HearsBy(def)}
	rec := id.NewRecord(tx.Now())
	key, err := d.Vault.New(tx, a.Org, rec, record.Compartment(r.Compartment))
	if err != nil {
		return Receipt{}, err
	}
	by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
	if _, err := d.Ledger.Append(tx, r.Number, key, 0, by, ledger.Event{Kind: info.Kind, Data: ev}); err != nil {
		return Receipt{}, err
	}
	if err := PutDocuments(tx, key, 1, ev.Answers); err != nil {
		return Receipt{}, err
	}
	var s State
	if err := s.Apply(ledger.Entry{Org: a.Org, Record: rec, Version: 1, At: tx.Now(), Author: by}, ev); err != nil {
		return Receipt{}, err
	}
	if err := d.begin(tx, r, key, &s); err != nil {
		return Receipt{}, err
	}
	if err := d.remember(tx, a, b.Key, key, 1, digest, ev); err != nil {
		return Receipt{}, err
	}
	did := Retry{Record: rec, Version: 1, At: tx.Now(), Outcome: ev.Outcome}
	return begun(o, &s, info, did), d.after(tx, r, by, ev, &s)
}

// receiptOf is the receipt of what was done.
func receiptOf(s *State, info process.StepInfo, did Retry) Receipt {
	done := info.Done
	if done == "" {
		done = info.Label + ": done"
	}
	return Receipt{Reference: s.Reference, Version: did.Version, Step: info.ID, Outcome: did.Outcome, Done: done,
		At:     did.At,
		Record: s.Record, HearsBy: s.HearsBy}
}

// begun is the receipt of a record that was begun, with whom to ring about it. A team that
// is not there any more holds up nobody: the record is kept.
func begun(o directory.Organisation, s *State, info process.StepInfo, did Retry) Receipt {
	out := receiptOf(s, info, did)
	out.Team, _ = o.Team(s.Team)
	return out
}

// begunBefore is the receipt of a record that an earlier try began.
func (d *Desk) begunBefore(tx *store.Tx, r *Room, did Retry) (Receipt, error) {
	row, err := rowByRecord(tx, did.Record)
	if fail.Is(err, fail.Missing) {
		err = fail.New(fail.Tampered, wordsDamaged)
	}
	if err != nil {
		return Receipt{}, err
	}
	s, _, err := d.open(row)
	if err != nil {
		return Receipt{}, err
	}
	o, err := d.Directory.OrganisationIn(tx, s.Org)
	return begun(o, &s, r.First(), did), err
}

// decider gathers what deciding a step needs, and gives the organisation that it read for that.
func (d *Desk) decider(tx *store.Tx, r *Room, s *State, by id.Person) (Decider, directory.Organisation, error) {
	def, err := r.Definition(s.Definition)
	if err != nil {
		return Decider{}, directory.Organisation{}, err
	}
	o, err := d.Directory.OrganisationIn(tx, s.Org)
	if err != nil {
		return Decider{}, o, err
	}
	return Decider{Process: d.followed(r, def, o), Nation: o.Nation, Now: tx.Now(),
		Known: known(tx, d.Directory, o, s, by), Rule: r.Rule}, o, nil
}

// known says whether what an answer names exists for this organisation, and in this record for
// this person: an entry of which they must not know is as one that is not there.
func known(tx *store.Tx, people *directory.Desk, o directory.Organisation, s *State,
	by id.Person) func(field.Field, string) bool {
	return func(f field.Field, value string) bool {
		switch f.Kind {
		case field.Person:
			p, err := id.ParsePerson(value)
			if err != nil {
				return false
			}
			who, err := people.PersonIn(tx, p)
			if err != nil || who.Org != o.ID || who.Left {
				return false
			}
			return len(f.Of) == 0 || slices.ContainsFunc(f.Of, func(role string) bool { return who.Has(access.Role(role)) })
		case field.Team:
			return slices.ContainsFunc(o.Teams, func(t directory.Team) bool { return t.ID.String() == value })
		case field.Entry:
			n, err := strconv.ParseInt(value, 10, 64)
			return err == nil && n >= 1 && n <= s.seenBy(by).Version && !s.Bars.Hides(by, n)
		}
		return false
	}
}

// Taking is one step to be taken.
type Taking struct {
	Step    process.Step
	Answers field.Answers
	Version int64     // of the record that the person saw; 0: whatever it is now, which no word of two takes
	Key     string    // the same key again does nothing again
	Strict  bool      // as of Beginning
	Own     bool      // as whoever began the record, in whatever role they are
	Had     id.Person // who must have the record for the step to be taken; zero: whoever does
	// Also runs in the same commit: the end of a draft.
	Also func(*store.Tx) error
}

// Said is a step with answers in texts, given as name and text in turn.
func Said(step process.Step, pairs ...string) Taking {
	return Taking{Step: step, Answers: field.Said(pairs...)}
}

// With adds an answer that is a list.
func (t Taking) With(name string, ids ...string) Taking {
	t.Answers.With(name, ids...)
	return t
}

// On is the same step, taken on a version that was seen.
func (t Taking) On(version int64) Taking {
	t.Version = version
	return t
}

// Changed is a fail.Stale with what was done meanwhile, so that both texts
// can be shown and none is lost. Since is empty for somebody who may not open the
// record; for others that they saw it is in the ledger.
type Changed struct {
	Version int64 // now, as this person sees it
	Since   []Taken
	err     error
}

func (e *Changed) Error() string { return e.err.Error() }
func (e *Changed) Unwrap() error { return e.err }

// Take takes a step and answers with a receipt. Whoever took it already, with the same
// key, has the same receipt, also where the step took the record out of their hands.
func (d *Desk) Take(ctx context.Context, a access.Actor, r *Room, ref id.Reference, t Taking) (Receipt, error) {
	if err := d.whole(ctx, a, r, ref, t.asked()); err != nil {
		return Receipt{}, err
	}
	harmful := Scanned(ctx, d.Scanner, t.Answers)
	digest := digestOf(r.Name, string(t.Step), ref, t.Answers)
	var out Receipt
	var refusal error
	var stale, opens bool
	err := d.again(ctx, func(tx *store.Tx) error {
		out, refusal, stale = Receipt{}, nil, false
		was, done, err := d.before(tx, a, t.Key, digest)
		if err != nil {
			return err
		}
		f, err := d.find(tx, a, r, ref, t.asked())
		if err != nil {
			return err
		}
		if done && f.key != nil && (!barred(f.decision) || was.Shut) {
			out, err = d.takenBefore(tx, r, f, t.Step, was)
			return err
		}
		if refusal = f.refusal(r, tx.Now()); refusal != nil {
			return d.refuse(tx, a, r, ref)
		}
		if harmful != nil {
			return harmful
		}
		if t.Version != 0 && t.Version != f.state.seenBy(a.Person).Version && !access.IsOwn(f.act) {
			stale = true
			res, err := d.resource(tx, a, r, &f.state)
			opens = d.allows(a, r, &f.state, res, actView)
			return err
		}
		if out, err = d.takeIn(tx, a, r, f, t, digest); err != nil || t.Also == nil {
			return err
		}
		return t.Also(tx)
	})
	switch {
	case err == nil && stale:
		return out, d.changed(ctx, a, r, ref, t.Version, opens)
	case err == nil:
		err = refusal
	}
	return out, err
}

// asked is what access is asked for.
func (t Taking) asked() string {
	if t.Own {
		return actOwn
	}
	return string(t.Step)
}

// barred says that a rule closes the record to somebody, whatever opens it.
func barred(d access.Decision) bool { return d.Effect == access.Deny && d.Rule != access.RuleNothing }

// takenBefore is the receipt of a step that an earlier try took.
func (d *Desk) takenBefore(tx *store.Tx, r *Room, f found, step process.Step, did Retry) (Receipt, error) {
	def, err := d.goesBy(tx, r, &f.state)
	if err != nil {
		return Receipt{}, err
	}
	info, ok := def.Step(step)
	if !ok { // of an overlay that was taken off
		info.ID = step
	}
	return f.receipt(info, did), nil
}

// receipt is of a step; whoever takes it as the one who began the record is not told the
// version, which counts the steps of others.
func (f found) receipt(info process.StepInfo, did Retry) Receipt {
	out := receiptOf(&f.state, info, did)
	if access.IsOwn(f.act) {
		out.Version = 0
	}
	return out
}

func (d *Desk) takeIn(tx *store.Tx, a access.Actor, r *Room, f found, t Taking, digest []byte) (Receipt, error) {
	if !t.Had.IsZero() && t.Had != f.state.Owner {
		return Receipt{}, fail.New(fail.Conflict, "Somebody else has this %s now", r.One)
	}
	decider, _, err := d.decider(tx, r, &f.state, a.Person)
	if err != nil {
		return Receipt{}, err
	}
	if decider.Process.IsWord(t.Step) && (t.Version == 0 || access.IsOwn(f.act)) {
		return Receipt{}, fail.New(fail.Bad, "Open this %s and look at what you say yes to: "+
			"your word counts for the version that you saw, and has to name it", r.One)
	}
	ev, err := decider.Event(f.state, f.decision.As(a, f.act), t.Step, t.Answers, t.Strict)
	if err != nil {
		return Receipt{}, err
	}
	ev.Effect.For = f.forWhom(a)
	ev.Effect.Alone = a.Person == f.state.By && access.Decides(f.act) // access allows it only where nobody else is left
	if r.Finds != nil {
		if err := r.Finds(tx, Finding{a, f.act, &f.state}, &ev); err != nil {
			return Receipt{}, err
		}
	}
	if err := d.barring(tx, r, &f.state, a, &ev); err != nil {
		return Receipt{}, err
	}
	if err := d.mayKnow(a, t.Step, tx.Now()); err != nil {
		return Receipt{}, err
	}
	info, _ := decider.Process.Step(t.Step)
	s, err := d.write(tx, r, writing{f.key, f.made, f.state}, f.author(a), ev, info.Kind)
	if fail.Is(err, fail.Stale) {
		return Receipt{}, errSameMoment // another program took one since it was read
	}
	if err != nil {
		return Receipt{}, err
	}
	did := Retry{Version: s.Version, At: tx.Now(), Outcome: ev.Outcome}
	return f.receipt(info, did), d.remember(tx, a, t.Key, f.key, s.Version, digest, ev)
}

// writing is a record that a step is written to, as it stood when it was read.
type writing struct {
	key  *vault.Key
	made int
	was  State
}

// write writes a step, with its documents, and what follows from it, in this commit.
func (d *Desk) write(tx *store.Tx, r *Room, w writing, by ledger.Author, ev Event, kind string) (State, error) {
	version, err := d.Ledger.Append(tx, r.Number, w.key, w.was.Version, by, ledger.Event{Kind: kind, Data: ev})
	if err != nil {
		return State{}, err
	}
	if err := PutDocuments(tx, w.key, version, ev.Answers); err != nil {
		return State{}, err
	}
	s := w.was.Clone()
	if err := s.Apply(ledger.Entry{Org: s.Org, Record: s.Record, Version: version, At: tx.Now(), Author: by},
		ev); err != nil {
		return State{}, err
	}
	if err := d.move(tx, r, w.key, &w.was, &s, w.made); err != nil {
		return State{}, err
	}
	return s, d.after(tx, r, by, ev, &s)
}

// changed is what was done since a version, be it by themselves in another window. Whoever may
// open the record sees it, and that they did is written first; others are told only that it changed.
func (d *Desk) changed(ctx context.Context, a access.Actor, r *Room, ref id.Reference, since int64,
	opens bool) *Changed {
	out := &Changed{err: fail.New(fail.Stale, "This %s was changed since you opened it", r.One)}
	if !opens {
		return out
	}
	v, err := d.Open(ctx, a, r, ref)
	if err != nil {
		return out
	}
	out.Version, out.Since = v.Version, v.Since(since)
	switch own := func(t Taken) bool { return t.By == a.Person }; {
	case slices.ContainsFunc(out.Since, func(t Taken) bool { return !own(t) }):
		out.err = fail.New(fail.Stale, "Someone else changed this %s", r.One)
	case slices.ContainsFunc(out.Since, own):
		out.err = fail.New(fail.Stale, "You changed this %s in another window", r.One)
	}
	return out
}
