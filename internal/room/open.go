package room

import (
	"context"
	"encoding/json"
	"fmt"
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

// The kinds of event that rooms have besides their steps, after the room's name.
const (
	kindViewed   = ".viewed"
	kindReaders  = ".readers_viewed"
	kindListed   = ".listed"
	kindRefused  = ".refused"
	kindDocument = ".document_opened"

	kindConfirmed   = ".reading_confirmed"
	kindUnconfirmed = ".confirmation_refused"
	kindCounted     = ".confirmations_viewed"
	kindLinked      = ".linked"
	kindUnlinked    = ".link_ended"

	readOwn  = ".own_progress_viewed" // by whoever began it
	ReadBars = ".bars_viewed"         // who is to be kept from it, and nothing else of it
)

// whatWasRead says what somebody did who left such an entry.
func (r *Room) whatWasRead(kind string) string {
	switch kind[len(r.Name):] {
	case kindReaders:
		return "Looked at who has opened it"
	case kindCounted:
		return "Looked at who has confirmed reading it"
	case kindUnconfirmed:
		return "Confirmed what they are not asked to read, or is not in force"
	case kindDocument:
		return "Opened a document"
	case readOwn:
		return "Looked at progress"
	case ReadBars:
		return "Looked at who is to be kept from it"
	}
	return "Opened the " + r.One
}

// View is a record as somebody may see it.
type View struct {
	State
	Room    *Room
	Process *process.Definition // by which it goes on
	Taken   []Taken             // every step that this person sees, as they see it, oldest first
	May     []process.StepInfo  // what this person may do now
	Readers []Reader            // only when they were asked for
	Reading ToRead              // what this person is asked to read and confirm
	Links   []Linked            // those records that this person may open, too
	MayLink bool                // this one to another
	Others  Others              // that may be about the same person
	Counts  bool                // they may see how many have confirmed it

	work   bool // they see all of the work on it
	secret bool // it was asked to keep this person from it, and they are not to learn that
}

// Since are the steps taken after a version: what was done meanwhile.
func (v View) Since(version int64) []Taken {
	i := slices.IndexFunc(v.Taken, func(t Taken) bool { return t.Version > version })
	if i < 0 {
		return nil
	}
	return v.Taken[i:]
}

// Open gives a record to somebody who may open it. The reading is in the ledger
// before this returns: no entry, no record (promise I1).
//
// In a room that asks for reasons, whoever may give one gets *ReasonFirst, a
// fail.Hidden, for every reference that is not plainly theirs, existing or not; and
// everybody does who has opened many records within the hour (promise S5).
func (d *Desk) Open(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (View, error) {
	return d.openWith(ctx, a, r, ref, Look{Act: actView, Kind: kindViewed}, nil)
}

// Reader is somebody who opened a record.
type Reader struct {
	At   time.Time
	By   id.Person
	Role string
	What string
	Rule string
	Why  string    // the reason that was given, where one was asked
	For  id.Person // who had it and was away; zero: for themselves
}

// Readers gives a record with all who have opened it, newest first. Looking at them
// is itself written.
func (d *Desk) Readers(ctx context.Context, a access.Actor, r *Room, ref id.Reference) (View, error) {
	v, err := d.Read(ctx, a, r, ref, Look{Act: actReaders, Kind: kindReaders})
	if err != nil {
		return View{}, err
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		v.Readers = nil
		key, err := d.keyOf(tx, v.Org, v.Record)
		if err != nil {
			return err
		}
		entries, err := d.Ledger.Readings(tx, key)
		for _, e := range slices.Backward(entries) {
			if v.secret && e.Kind == r.Name+ReadBars || e.Kind == r.Name+kindConfirmed {
				continue // it would tell of a bar; or it was read before, and who has confirmed is counted elsewhere
			}
			if e.Kind == r.Name+kindLinked || e.Kind == r.Name+kindUnlinked {
				continue // the other may be hidden from this person
			}
			var said viewed
			if err := json.Unmarshal(e.Data, &said); err != nil {
				return fmt.Errorf("read %s: %w", e.Kind, err)
			}
			v.Readers = append(v.Readers, Reader{e.At, e.Author.Person, e.Author.Role, r.whatWasRead(e.Kind), e.Author.Rule,
				said.Reason, said.For})
		}
		return err
	})
	return v, err
}

// Look is what somebody asks to read of a record.
type Look struct {
	Act  string // as the room names it for access
	Kind string // of the entry that says so, after the room's name
	Work bool   // whoever may do this sees all of the work

	document *DocumentAsked
}

// viewed stands in the entry of a reading.
type viewed struct {
	Reason string    `json:"reason,omitempty"` // that was given, where one was asked
	For    id.Person `json:"for,omitzero"`     // the owner, who was away, for whom somebody read it
	*DocumentAsked
	// SamePerson are the records that were shown with it, as ones that may be about the same person.
	SamePerson []id.Reference `json:"same_person,omitempty"`
}

// Read finds a record and folds it outside the writer, in one snapshot, and writes down
// that it was read, or refused, before it gives anything.
func (d *Desk) Read(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what Look) (View, error) {
	return d.readWith(ctx, a, r, ref, what, nil)
}

// more of a record, from the snapshot in which it is read.
type more func(*store.Tx, *vault.Key, View) error

// readWith is Read, with more of the record. When that is not there for whoever asks,
// the record is not.
func (d *Desk) readWith(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what Look,
	and more) (View, error) {
	var out View
	var f found
	var refusal error
	d.knowWhom(ctx, r)
	err := d.Store.View(ctx, func(tx *store.Tx) (err error) {
		out, refusal = View{}, nil
		if f, err = d.find(tx, a, r, ref, what.Act); err != nil {
			return err
		}
		if refusal = f.refusal(r, tx.Now()); refusal != nil {
			return nil
		}
		taken, err := d.history(tx, &f)
		if err == nil { // what the picture allows counts when the history does too
			err = d.ask(tx, a, r, ref, &f, what.Act)
		}
		if refusal = f.refusal(r, tx.Now()); err != nil || refusal != nil {
			return err
		}
		if out, err = d.view(tx, a, r, f, taken, what.Work); err != nil {
			return err
		}
		if what.Kind == kindViewed {
			out.Others, err = d.aboutSame(tx, a, r, &f.state, out.work)
		}
		if err != nil || and == nil {
			return err
		}
		if err = and(tx, f.key, out); fail.Is(err, fail.Missing) {
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
		key, err := d.keyOf(tx, f.state.Org, f.state.Record) // erased meanwhile: gone
		if err != nil {
			return err
		}
		data := viewed{f.reason, f.forWhom(a), what.document, out.Others.References()}
		return d.Ledger.Reading(tx, r.Number, key, f.author(a), ledger.Event{Kind: r.Name + what.Kind, Data: data})
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
func (d *Desk) whole(ctx context.Context, a access.Actor, r *Room, ref id.Reference, what string) error {
	return d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, what)
		if err == nil && f.refusal(r, tx.Now()) == nil {
			_, err = d.history(tx, &f)
		}
		return err
	})
}

// history are a record's steps; where it stands by them is what is known of it from then on.
// The picture in the row must be of the same version.
func (d *Desk) history(tx *store.Tx, f *found) ([]Taken, error) {
	entries, err := d.Ledger.History(tx, f.key)
	if err != nil {
		return nil, err
	}
	s, taken, err := Fold(entries)
	if err == nil && (s.Version != f.state.Version || s.Reference != f.state.Reference) {
		err = fail.New(fail.Tampered, wordsDamaged)
	}
	f.state = s
	return taken, err
}

// view is the record as this actor sees it.
func (d *Desk) view(tx *store.Tx, a access.Actor, r *Room, f found, taken []Taken, work bool) (View, error) {
	s := f.state
	def, err := d.goesBy(tx, r, &s)
	if err != nil {
		return View{}, err
	}
	res, err := d.resource(tx, a, r, &s)
	if err != nil {
		return View{}, err
	}
	work = work || f.reason != "" || d.allows(a, r, &s, res, actWork)
	v := View{State: s.seenBy(a.Person), Room: r, Process: def, Taken: d.shown(tx, a, r, &s, taken, work),
		May: d.may(a, r, def, &s, res, f.reason), work: work}
	v.Due, v.secret = d.dueTo(tx, a, r, &s, work), len(v.Bars) < len(s.Bars)
	v.Counts = r.Latest().Audience.Given() && d.allowsFor(a, r, &s, res, actCount, f.reason)
	if !work {
		v.Rounds, v.Disclosed, v.Challenges = nil, nil, nil // a reader has the next day among what is due
		v.Holds, v.Keep = nil, Keeping{}
	}
	v.MayLink = len(def.Links) > 0 && d.allowsFor(a, r, &s, res, actLink, f.reason)
	if v.Links, err = d.links(tx, a, r, &s, f.key); err != nil {
		return View{}, err
	}
	v.Reading, err = d.toRead(tx, a, r, &s)
	return v, err
}

// may are the steps that this actor may take now, in the definition's order, each as the one as
// whom they take it: by the rule that lets them.
func (d *Desk) may(a access.Actor, r *Room, def *process.Definition, s *State, res access.Resource,
	reason string) []process.StepInfo {
	var out []process.StepInfo
	as := map[access.Role][]process.StepInfo{}
	for _, info := range def.Steps(s.Status()) {
		if info.ID == r.First().ID || s.nothingFor(def, info.ID, a.Person) {
			continue
		}
		role, ok := d.takesAs(a, r, s, res, info.ID, reason)
		if !ok {
			continue
		}
		if as[role] == nil {
			as[role] = def.StepsFor(process.Role(role), s.Status())
		}
		out = append(out, slices.DeleteFunc(slices.Clone(as[role]),
			func(x process.StepInfo) bool { return x.ID != info.ID })...)
	}
	return out
}

// takesAs is the role in which somebody takes a step, as Take finds it; ok is false where they may
// not.
func (d *Desk) takesAs(a access.Actor, r *Room, s *State, res access.Resource, step process.Step,
	reason string) (role access.Role, ok bool) {
	for _, act := range r.actions(string(step), a, s) {
		x := d.Policy.Decide(a, act, res, access.Context{Reason: reason})
		if x.Effect != access.Deny {
			return x.As(a, act).Role, x.Effect == access.Allow
		}
	}
	return "", false
}

// allows says whether somebody may do something with a record without giving a reason.
func (d *Desk) allows(a access.Actor, r *Room, s *State, res access.Resource, what string) bool {
	return d.allowsFor(a, r, s, res, what, "")
}

// allowsFor is allows, for the reason that somebody gave, if they did.
func (d *Desk) allowsFor(a access.Actor, r *Room, s *State, res access.Resource, what, reason string) bool {
	return slices.ContainsFunc(r.actions(what, a, s), func(act access.Action) bool {
		return d.Policy.Decide(a, act, res, access.Context{Reason: reason}).Effect == access.Allow
	})
}

// StepOf is a step as the definition of a record has it, so that a form is read as it
// was asked. Of a record that this actor has no business with it is the latest: what
// is typed is read, and nothing of the record is told.
func (d *Desk) StepOf(ctx context.Context, a access.Actor, r *Room, ref id.Reference,
	step process.Step) (process.StepInfo, error) {
	all := d.stepsOf(r, a.Org)
	i := slices.IndexFunc(all, func(s process.StepInfo) bool { return s.ID == step })
	if i < 0 {
		return process.StepInfo{}, fail.New(fail.Missing, "Page not found")
	}
	info := all[i]
	if len(r.Definitions) == 1 {
		return info, nil
	}
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		f, err := d.find(tx, a, r, ref, string(step))
		if err != nil || f.refusal(r, tx.Now()) != nil {
			return err
		}
		if def, err := d.goesBy(tx, r, &f.state); err == nil {
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
		f, err := d.find(tx, a, r, ref, string(step))
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

// MayBegin says whether this actor may begin a record.
func (d *Desk) MayBegin(a access.Actor, r *Room) bool {
	return d.mayUse(a, r, string(r.First().ID)).Effect == access.Allow
}

// MayList are the lists that this actor may see.
func (d *Desk) MayList(a access.Actor, r *Room) []process.List {
	var out []process.List
	for _, l := range r.Latest().Lists {
		if d.mayUse(a, r, "list_"+l.ID).Effect == access.Allow {
			out = append(out, l)
		}
	}
	return out
}

// mayUse asks access about what is done to no record.
func (d *Desk) mayUse(a access.Actor, r *Room, what string) access.Decision {
	return d.Policy.Decide(a, r.actions(what, a, &State{})[0], access.Function(a.Org), access.Context{})
}
