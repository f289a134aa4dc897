package concern

import (
	"context"
	"errors"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/directory"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
	"heed/internal/store"
	"heed/internal/vault"
	"heed/record"
)

// Desk is the only way to a concern for other rooms. Every method asks access
// first and writes to the ledger before it answers.
type Desk struct {
	room.Parts
	rooms *room.Desk // which keeps rows, lists, duties and what was sent twice
	room  *room.Room
	// OpeningsAnHour is how many different cases a person opens within an hour before
	// a reason is asked for each; 20 when 0.
	OpeningsAnHour int

	routes routes

	openings pace // cases opened
	reasons  pace // reasons given
}

// New makes a desk that stands on that of the rooms.
func New(rooms *room.Desk) *Desk {
	d := &Desk{Parts: rooms.Parts, rooms: rooms}
	d.room = d.kept()
	rooms.Keep(d.room)
	rooms.Tells(d.toldNotices)
	return d
}

// Definition is the process that an organisation follows now.
func (d *Desk) Definition(org id.Org) *process.Definition { return d.Directory.Process(org) }

// Meant is the definition under which a step was taken, for its words.
func (d *Desk) Meant(org id.Org, t room.Taken) *process.Definition { return d.meant(org)(t) }

func (d *Desk) meant(org id.Org) Meant {
	return func(t room.Taken) *process.Definition { return d.Directory.Meant(org, t.Definition) }
}

// OwnView is what whoever raised a concern is shown of it.
func (d *Desk) OwnView(c *Concern) OwnView { return c.Own(d.meant(c.Org), d.Clock.Now()) }

// Receipt is what the raiser gets.
type Receipt struct {
	Reference id.Reference
	Record    id.Record
	RaisedAt  time.Time
	TellBy    time.Time // by when the raiser hears
	Team      directory.Team
}

// Raise keeps a new concern: record, key, list row, deadlines, notices, and what
// the caller adds (the end of a draft), in one commit. The same key again gives
// the same receipt.
func (d *Desk) Raise(ctx context.Context, a access.Actor, b room.Beginning) (Receipt, error) {
	decision := d.Policy.Decide(a, access.RaiseConcern, access.Function(a.Org), access.Context{})
	if err := decision.Err(access.Function(a.Org)); err != nil {
		return Receipt{}, err
	}
	harmful := room.Scanned(ctx, d.Scanner, b.Answers)
	digest := room.DigestOf(roomName, string(process.Raise), "", b.Answers)
	var out Receipt
	err := d.rooms.Again(ctx, func(tx *store.Tx) error {
		before, found, err := d.rooms.Before(tx, a, b.Key, digest)
		if err != nil {
			return err
		}
		if found {
			out, err = d.receipt(tx, a.Org, before.Record)
			return err
		}
		if harmful != nil {
			return harmful
		}
		if out, err = d.raise(tx, a, decision.Rule, b, digest); err != nil || b.Also == nil {
			return err
		}
		return b.Also(tx)
	})
	return out, err
}

func (d *Desk) raise(tx *store.Tx, a access.Actor, rule string, b room.Beginning, digest []byte) (Receipt, error) {
	nobody := new(Concern)
	decider, err := d.decider(tx, a.Org, nobody)
	if err != nil {
		return Receipt{}, err
	}
	owner, err := d.ownerFor(tx, a.Org, a.Team, a.Person)
	if err != nil {
		return Receipt{}, err
	}
	start := decider.Process.Start()
	ev, err := decider.Event(room.State{Stage: start.State, Facts: start.Facts}, a, process.Raise, b.Answers, b.Strict)
	if err != nil {
		return Receipt{}, err
	}
	ev.Effect.Owner = &owner
	ev.Effect.Began = &room.Began{Reference: id.NewReference(), Team: a.Team, Compartment: string(Patient), HearsBy: ev.Effect.HearsBy(decider.Process)}
	rec := id.NewRecord(tx.Now())
	key, err := d.Vault.New(tx, a.Org, rec, record.Patient)
	if err != nil {
		return Receipt{}, err
	}
	c, err := d.append(tx, a, rule, nobody, key, kindRaised, ev)
	if err != nil {
		return Receipt{}, err
	}
	if err := d.rooms.Begun(tx, d.room, key, &c.State); err != nil {
		return Receipt{}, err
	}
	if err := d.rooms.Remember(tx, a, b.Key, key, c.Version, digest); err != nil {
		return Receipt{}, err
	}
	if err := d.notify(tx, c.Owner, c.Org, mailWaiting); err != nil {
		return Receipt{}, err
	}
	o, err := d.Directory.OrganisationIn(tx, c.Org)
	if err != nil {
		return Receipt{}, err
	}
	return receiptOf(o, c)
}

// append writes a step's event and gives the concern as it then stands.
func (d *Desk) append(tx *store.Tx, a access.Actor, rule string, c *Concern, key *vault.Key, kind string, ev room.Event) (*Concern, error) {
	by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: rule}
	version, err := d.Ledger.Append(tx, ledger.Concern, key, c.Version, by, ledger.Event{Kind: kind, Data: ev})
	if err == nil {
		err = room.PutDocuments(tx, key, version, ev.Answers)
	}
	if err != nil {
		return nil, err
	}
	return c.next(ledger.Entry{Org: a.Org, Record: key.Record(), Version: version, At: tx.Now(), Kind: kind, Author: by}, ev)
}

func (d *Desk) receipt(tx *store.Tx, org id.Org, rec id.Record) (Receipt, error) {
	c, _, err := d.load(tx, org, rec)
	if err != nil {
		return Receipt{}, err
	}
	o, err := d.Directory.OrganisationIn(tx, c.Org)
	if err != nil {
		return Receipt{}, err
	}
	return receiptOf(o, c)
}

func receiptOf(o directory.Organisation, c *Concern) (Receipt, error) {
	team, err := o.Team(c.Team)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{c.Reference, c.Record, c.At, c.HearsBy, team}, nil
}

// load folds a record from its authenticated history.
func (d *Desk) load(tx *store.Tx, org id.Org, rec id.Record) (*Concern, *vault.Key, error) {
	key, err := d.Vault.Key(tx, org, rec, record.Patient)
	if fail.Is(err, fail.Missing) { // never erased: that is said by the key store
		if v, e := d.Ledger.Version(tx, rec); e == nil && v > 0 {
			err = fail.Wrap(fail.Tampered, err, "The key of this record was taken away outside Heed, so it is not shown")
		}
	}
	if err != nil {
		return nil, nil, err
	}
	history, err := d.Ledger.History(tx, key)
	if err != nil {
		return nil, nil, err
	}
	c, err := fold(history)
	return c, key, err
}

// Take takes a step and says that it was recorded. fail.Stale when somebody else
// changed the record since the version that the person saw; see Since.
func (d *Desk) Take(ctx context.Context, a access.Actor, ref id.Reference, t room.Taking) (Recorded, error) {
	out, err := d.takeAs(ctx, a, ref, t, func(raiser id.Person) access.Action { return actionOf(t.Step, a, raiser) })
	if t.Step == process.AddNote && a.Role == access.Lead && fail.Is(err, fail.Hidden) { // kept from it, and perhaps the one who raised it
		return d.takeAs(ctx, a, ref, t, func(id.Person) access.Action { return access.AddToOwn })
	}
	return out, err
}

// Allowed asks access about a step without taking it, in the words of Take and with its
// entry, for whoever is to be shown something before.
func (d *Desk) Allowed(ctx context.Context, a access.Actor, ref id.Reference, step process.Step) error {
	f, err := d.look(ctx, a, ref, func(raiser id.Person) access.Action { return actionOf(step, a, raiser) })
	if err != nil || f.refusalOf(a) == nil {
		return err
	}
	if err := d.Store.DoReading(ctx, func(tx *store.Tx) error { return d.refuse(tx, a, ref) }); err != nil {
		return err
	}
	return f.refusalOf(a)
}

// AddToOwn adds to a concern as the one who raised it, in whatever role they are.
func (d *Desk) AddToOwn(ctx context.Context, a access.Actor, ref id.Reference, in field.Answers, key string) (Recorded, error) {
	t := room.Taking{Step: process.AddNote, Answers: in, Key: key}
	return d.takeAs(ctx, a, ref, t, func(id.Person) access.Action { return access.AddToOwn })
}

func (d *Desk) takeAs(ctx context.Context, a access.Actor, ref id.Reference, t room.Taking, act func(id.Person) access.Action) (Recorded, error) {
	harmful := room.Scanned(ctx, d.Scanner, t.Answers)
	for range 12 {
		f, err := d.look(ctx, a, ref, act)
		if err != nil {
			return Recorded{}, err
		}
		if out, err := d.takeFound(ctx, a, ref, f, t, harmful); !errors.Is(err, errMoved) {
			return out.recordedFor(f.act), err
		}
	}
	return Recorded{}, fail.New(fail.Busy, "Several people are changing this at once. Nothing was saved. Try again in a moment")
}

// errMoved says that the record moved on between folding it and writing to it.
var errMoved = errors.New("concern: the record moved on meanwhile")

// takeFound takes a step on a record that was folded outside the writer, if it
// still stands where it stood then. Inside the writer nothing grows with its history.
func (d *Desk) takeFound(ctx context.Context, a access.Actor, ref id.Reference, f found, t room.Taking, harmful error) (out Recorded, err error) {
	refusal := f.refusalOf(a)
	digest := room.DigestOf(roomName, string(t.Step), ref, t.Answers)
	done := false // whoever took a step has its receipt, whatever it took from them, until they are barred
	err = d.rooms.Again(ctx, func(tx *store.Tx) error {
		r, found, err := d.rooms.Before(tx, a, t.Key, digest)
		if refusal != nil {
			if done = err == nil && found && !f.bars.Since(a.Person, r.Version); done {
				out = Recorded{ref, r.At, r.Version}
				return nil
			}
			return d.refuse(tx, a, ref)
		}
		if err != nil || found {
			out = Recorded{ref, r.At, r.Version}
			return err
		}
		if harmful != nil {
			return harmful
		}
		version, err := d.Ledger.Version(tx, f.c.Record)
		if err != nil {
			return err
		}
		if version != f.c.Version {
			return errMoved
		}
		if t.Version != 0 && t.Version != f.c.withoutWhatIsAbout(a.Person).Version && f.act != access.AddToOwn {
			return fail.New(fail.Stale, "Someone else changed this case")
		}
		if out, err = d.take(tx, a, f, t, digest); err != nil || t.Also == nil {
			return err
		}
		return t.Also(tx)
	})
	if err == nil && !done {
		err = refusal
	}
	return out, err
}

func (d *Desk) take(tx *store.Tx, a access.Actor, f found, t room.Taking, digest []byte) (Recorded, error) {
	key, err := d.Vault.Key(tx, f.c.Org, f.c.Record) // erased meanwhile: gone
	if err != nil {
		return Recorded{}, err
	}
	ev, kind, err := d.decide(tx, f, a, t)
	if err != nil {
		return Recorded{}, err
	}
	c, err := d.append(tx, a, f.decision.Rule, f.c, key, kind, ev)
	if fail.Is(err, fail.Stale) {
		return Recorded{}, errMoved
	}
	if err != nil {
		return Recorded{}, err
	}
	if err := d.rooms.Moved(tx, d.room, key, &f.c.State, &c.State); err != nil {
		return Recorded{}, err
	}
	out := Recorded{c.Reference, tx.Now(), c.Version}
	if err := d.rooms.Remember(tx, a, t.Key, key, c.Version, digest); err != nil {
		return Recorded{}, err
	}
	switch t.Step {
	case process.KeepFrom, process.LiftBar, process.DeclareConflict:
		if err := d.tellOfBar(tx, a, f.decision.Rule, &c.State); err != nil {
			return Recorded{}, err
		}
	}
	return out, d.tell(tx, a, c, ev, f.c.Owner)
}

// tell sends notices without a personal word: to the raiser when there is an
// answer to read, to a new owner, to the owner when somebody else added something.
func (d *Desk) tell(tx *store.Tx, a access.Actor, c *Concern, ev room.Event, before id.Person) error {
	switch {
	case ev.Step == process.GiveFeedback, ev.Outcome == process.FirstWords:
		return d.notify(tx, c.By, c.Org, mailAnswer)
	case c.Owner != before && c.Owner != a.Person:
		return d.notify(tx, c.Owner, c.Org, mailWaiting)
	case ev.Step == process.AddNote && a.Person != c.Owner:
		return d.notify(tx, c.Owner, c.Org, mailWaiting)
	}
	return nil
}

// found is a record as somebody asked for it; c is there when access allows.
type found struct {
	c        *Concern
	bars     room.Bars // as they stand, also where c is not there
	act      access.Action
	decision access.Decision
	reason   string // that they gave, where one is asked
}

func (f found) refusal() error { return f.decision.Err(access.Resource{Kind: access.KindConcern}) }

// refusalOf is refusal, in words for a lead who may not decide about their own concern.
func (f found) refusalOf(a access.Actor) error {
	if f.decision.Rule == access.RuleNotAlone && a.Role == access.Lead {
		return fail.New(fail.Conflict, "You raised this concern, so somebody else decides: give it to another safeguarding lead. "+
			"Where there is no other, the Caldicott Guardian sees it")
	}
	return f.refusal()
}

func (f found) author(a access.Actor) ledger.Author {
	return ledger.Author{Person: a.Person, Role: string(a.Role), Rule: f.decision.Rule}
}

// look finds a record in one snapshot, outside the writer.
func (d *Desk) look(ctx context.Context, a access.Actor, ref id.Reference, act func(raiser id.Person) access.Action) (f found, err error) {
	err = d.Store.View(ctx, func(tx *store.Tx) error { f, err = d.find(tx, a, ref, act); return err })
	return f, err
}

// find is the way to a record: by reference, asked of access, folded, and asked
// again. A record of another organisation is not there at all. What the list row
// refuses already is not folded, so that a record that is hidden costs what a
// missing one does, however long its history; what the row allows counts only when
// the history allows it too (promise I7).
func (d *Desk) find(tx *store.Tx, a access.Actor, ref id.Reference, act func(raiser id.Person) access.Action) (f found, err error) {
	at, err := d.rooms.Standing(tx, d.room, a.Org, ref)
	if err != nil {
		return f, err
	}
	f.act, f.bars = act(at.By), at.Bars
	if err := d.ask(tx, &f, a, ref, resource(&at, tx.Now()), at.Bars); err != nil {
		return f, err
	}
	if at.Record.IsZero() {
		f.decision = access.Decision{Rule: ruleMissing}
	}
	if f.decision.Effect != access.Allow {
		return f, nil
	}
	c, _, err := d.load(tx, at.Org, at.Record)
	if err != nil {
		return f, err
	}
	if c.Reference != ref {
		return f, fail.New(fail.Tampered, "The list of concerns does not match the record")
	}
	f.c, f.act, f.bars = c, act(c.By), c.Bars
	if err := d.ask(tx, &f, a, ref, resource(&c.State, tx.Now()), c.Bars); err != nil {
		return f, err
	}
	if f.act == access.ConfirmBar && slices.Contains(outsiders, a.Role) && c.nothingFor(process.ConfirmBar, a.Person) {
		f.decision = access.Decision{Rule: ruleMissing} // nor that there is such a record
	}
	return f, nil
}

// ask asks access. What needs a reason is asked again with the reason that this
// person gave a short while ago.
func (d *Desk) ask(tx *store.Tx, f *found, a access.Actor, ref id.Reference, r access.Resource, bars room.Bars) (err error) {
	if err := d.alone(tx, a, &r, bars); err != nil {
		return err
	}
	f.decision = d.Policy.Decide(a, f.act, r, access.Context{})
	if f.decision.Effect == access.NeedsReason {
		if f.reason, err = d.reasonGiven(tx, a, ref); err != nil {
			return err
		}
		f.decision = d.Policy.Decide(a, f.act, r, access.Context{Reason: f.reason})
	}
	return nil
}

// ruleMissing stands in the entry of a refused reading, for hidden and missing alike.
const ruleMissing = "not-found"

// refuse writes that somebody asked for what is not theirs or not there: one
// kind, one size, one place, so that the record of it tells no more than the answer.
func (d *Desk) refuse(tx *store.Tx, a access.Actor, ref id.Reference) error {
	key, err := d.Directory.Daybook(tx, a.Org)
	if err != nil {
		return err
	}
	by := ledger.Author{Person: a.Person, Role: string(a.Role), Rule: ruleMissing}
	return d.Ledger.Reading(tx, ledger.Daybook, key, by, ledger.Event{Kind: kindRefused, Data: refused{ref}})
}
