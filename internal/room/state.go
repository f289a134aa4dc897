package room

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/match"
	"heed/internal/process"
)

// State is where a record stands, as its entries make it.
type State struct {
	Record  id.Record `json:"-"`
	Org     id.Org    `json:"-"`
	Version int64     `json:"-"`

	Reference   id.Reference `json:"reference"`
	Definition  string       `json:"definition"` // under which it began, or was moved to
	Compartment string       `json:"compartment"`
	Team        id.Team      `json:"team"`
	By          id.Person    `json:"by"` // who began it
	At          time.Time    `json:"at"`
	Title       string       `json:"title,omitempty"`
	HearsBy     time.Time    `json:"hears_by,omitzero"` // by when who began it hears

	Owner   id.Person              `json:"owner,omitzero"`
	Stage   process.State          `json:"stage"`
	Facts   process.Facts          `json:"facts,omitempty"`
	Due     []process.Due          `json:"due,omitempty"`   // the soonest first
	Rests   []process.Due          `json:"rests,omitempty"` // ended with it, and due again once it is opened again
	People  map[string][]id.Person `json:"people,omitempty"`
	Last    map[process.Step]Mark  `json:"last,omitempty"`
	Kept    field.Answers          `json:"kept,omitempty"` // those that later steps ask for, as "step.field"
	EndedAt time.Time              `json:"ended_at,omitzero"`
	Keep    Keeping                `json:"keep,omitzero"` // until when it is kept, once it has ended
	Holds   []Hold                 `json:"holds,omitempty"`
	Born    string                 `json:"born,omitempty"` // the day of birth of whom it is about, as it is known now
	Bars    Bars                   `json:"bars,omitempty"` // who is kept from it, or was to be
	Notices []Notice               `json:"notices,omitempty"`
	// Disclosed is what was sent from it that identifies a person, oldest first.
	Disclosed []Disclosure `json:"disclosed,omitempty"`
	// Challenges are those who disagreed with a decision, oldest first.
	Challenges []Challenge `json:"challenges,omitempty"`
	Written    *Edition    `json:"written,omitempty"` // what is to be read, once it is published
	Rounds     []Round     `json:"rounds,omitempty"`  // of what comes round, oldest first
	Edition    *Edition    `json:"edition,omitempty"` // what is read, while the record is in force
	Asked      []Asked     `json:"asked,omitempty"`   // to read it
	Told       []string    `json:"told,omitempty"`    // of items of sets that are no longer in force; see leans
	Looked     bool        `json:"looked,omitempty"`  // somebody did something with it, as whoever began it is told
	Added      []time.Time `json:"added,omitempty"`   // when whoever began it added to it, within the last day
	// Tokens are those of whom it is about, where that is asked; see aboutSame.
	Tokens *match.Tokens `json:"tokens,omitempty"`
}

// Mark says when a step was last taken.
type Mark struct {
	At      time.Time `json:"at"`
	Version int64     `json:"version"`
	Outcome string    `json:"outcome,omitempty"`
	By      id.Person `json:"by,omitzero"`
}

// Ended says whether the record has come to an end.
func (s *State) Ended() bool { return !s.EndedAt.IsZero() }

// Open says whether somebody has something to do: it has not ended, or something came
// after its end that is to be read.
func (s *State) Open() bool { return !s.Ended() || len(s.Due) > 0 }

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

// Status is the state as a definition knows it.
func (s *State) Status() process.Status { return process.Status{State: s.Stage, Facts: s.Facts} }

// AddedSince is how often whoever began it added to it after a time of the last day.
func (s *State) AddedSince(after time.Time) (n int) {
	for _, at := range s.Added {
		if at.After(after) {
			n++
		}
	}
	return n
}

// NextDue is the duty that is due soonest; ok is false when none runs.
func (s *State) NextDue() (next process.Due, ok bool) {
	if len(s.Due) == 0 {
		return process.Due{}, false
	}
	return s.Due[0], true
}

// Event is the data of an entry that changes a record.
type Event struct {
	Definition string        `json:"definition"` // with the overlay, each with its version
	Step       process.Step  `json:"step"`
	Outcome    string        `json:"outcome,omitempty"`
	Answers    field.Answers `json:"answers,omitempty"`
	Effect     Effect        `json:"effect"`
}

// bars says whether the event itself closes the record to somebody: a declared
// conflict does to whoever declared it.
func (ev Event) bars(p id.Person) bool {
	return !p.IsZero() && ev.Effect.Named == p || slices.Contains(ev.Effect.People["subject"], p) ||
		slices.Contains(ev.Effect.People["conflict"], p)
}

// Effect is all that an event changes. It was worked out when the step was taken,
// under the definition of that day, and is never worked out again.
type Effect struct {
	Began  *Began                 `json:"began,omitempty"` // of the first event only
	Stage  process.State          `json:"stage,omitempty"`
	Set    []process.Fact         `json:"set,omitempty"`
	Clear  []process.Fact         `json:"clear,omitempty"`
	Start  []process.Due          `json:"start,omitempty"`
	Stop   []string               `json:"stop,omitempty"` // duties by their keys
	Sent   *Sent                  `json:"sent,omitempty"` // something that identifies a person left with it
	Owner  *id.Person             `json:"owner,omitempty"`
	People map[string][]id.Person `json:"people,omitempty"`
	Forget []string               `json:"forget,omitempty"` // names in People that end
	Title  string                 `json:"title,omitempty"`
	Kept   field.Answers          `json:"kept,omitempty"` // an empty one ends what was kept
	Ends   bool                   `json:"ends,omitempty"`
	Opens  bool                   `json:"opens,omitempty"` // again, after an end
	Looked bool                   `json:"looked,omitempty"`
	Hears  []id.Person            `json:"hears,omitempty"`  // who has a notice of it
	Asks   []id.Person            `json:"asks,omitempty"`   // who outside is asked for a second word on it
	Rounds []Turn                 `json:"rounds,omitempty"` // what it means to what comes round
	Read   *Reading               `json:"read,omitempty"`   // what it means to who is asked to read
	Told   []string               `json:"told,omitempty"`   // of these items of sets: they are no longer in force
	Adds   bool                   `json:"adds,omitempty"`   // whoever began the record added to it, as that
	Named  id.Person              `json:"named,omitzero"`   // whom the step is about, as it was found when it was taken
	Alone  bool                   `json:"alone,omitempty"`  // whoever began the record decided: nobody else could
	Unread bool                   `json:"unread,omitempty"` // whoever it is written for had left and cannot read it here
	For    id.Person              `json:"for,omitzero"`     // the owner, who was away, for whom somebody took it
	Keep   *Keeping               `json:"keep,omitempty"`   // until when it is kept by this
	// Person is whom the record is about by this step, where it asks, in place of what was said before.
	Person *match.Person `json:"person,omitempty"`
}

// HearsBy is when the duty that is promised to whoever begins a record is due; zero when none is.
func (x Effect) HearsBy(d *process.Definition) time.Time {
	for _, due := range x.Start {
		if due.Deadline == d.HearsBy {
			return due.At
		}
	}
	return time.Time{}
}

// Began is what a record begins with.
type Began struct {
	Reference   id.Reference `json:"reference"`
	Team        id.Team      `json:"team"`
	Compartment string       `json:"compartment"`
	HearsBy     time.Time    `json:"hears_by,omitzero"`
}

// Fold makes the state from a history; what is kept of each event is for the timeline.
func Fold(entries []ledger.Entry) (State, []Taken, error) {
	var s State
	taken := make([]Taken, 0, len(entries))
	for _, e := range entries {
		ev, err := read(e)
		if err != nil {
			return State{}, nil, err
		}
		if err := s.Apply(e, ev); err != nil {
			return State{}, nil, err
		}
		taken = append(taken, Taken{Version: e.Version, At: e.At, By: e.Author.Person, Role: e.Author.Role, Event: ev})
	}
	return s, taken, nil
}

func read(e ledger.Entry) (Event, error) {
	var ev Event
	if err := json.Unmarshal(e.Data, &ev); err != nil {
		return Event{}, fmt.Errorf("read %s: %w", e.Kind, err)
	}
	return ev, nil
}

// Apply is the one function by which an event changes a record, live and in replay.
func (s *State) Apply(e ledger.Entry, ev Event) error {
	x := ev.Effect
	if (x.Began != nil) != (e.Version == 1) {
		return fail.New(fail.Tampered, "This record does not begin as records do, so it is not shown")
	}
	if x.Began != nil {
		*s = State{Record: e.Record, Org: e.Org, Reference: x.Began.Reference, Team: x.Began.Team,
			Compartment: x.Began.Compartment, HearsBy: x.Began.HearsBy, By: e.Author.Person, At: e.At}
	}
	s.Version, s.Definition = e.Version, ev.Definition
	if x.Stage != "" {
		s.Stage = x.Stage
	}
	s.Facts = s.Facts.Without(x.Clear...).With(x.Set...)
	before := s.Owner
	if x.Owner != nil {
		s.Owner = *x.Owner
	}
	if x.Title != "" {
		s.Title = x.Title
	}
	s.duties(x)
	s.discloses(e.Version, e.At, ev)
	s.challenged(e, ev)
	s.named(x)
	taken := Taken{Version: e.Version, At: e.At, By: e.Author.Person, Role: e.Author.Role, Event: ev}
	s.Bars = s.Bars.after(taken)
	s.holding(taken)
	s.notices(e, x, before)
	s.keep(x.Kept)
	s.person(x.Person)
	s.reads(x.Read, e)
	s.turn(x.Rounds, e)
	s.Looked = s.Looked || x.Looked
	s.Told = slices.Concat(s.Told, x.Told)
	if x.Adds {
		s.Added = append(slices.DeleteFunc(slices.Clone(s.Added),
			func(t time.Time) bool { return e.At.Sub(t) >= 24*time.Hour }), e.At)
	}
	if s.Last == nil {
		s.Last = map[process.Step]Mark{}
	}
	s.Last[ev.Step] = Mark{e.At, e.Version, ev.Outcome, e.Author.Person}
	switch {
	case x.Ends:
		s.EndedAt = e.At
		ends := func(d process.Due) bool { return d.Of == 0 } // recipients are told all the same
		s.Rests = slices.DeleteFunc(slices.Clone(s.Due), func(d process.Due) bool { return !ends(d) })
		s.Due = slices.DeleteFunc(s.Due, ends)
	case x.Opens:
		s.EndedAt = time.Time{}
		s.Rests = nil
		s.notErased()
	}
	return nil
}

func (s *State) duties(x Effect) {
	due := slices.DeleteFunc(slices.Clone(s.Due), func(d process.Due) bool { return slices.Contains(x.Stop, d.Key()) })
	due = append(due, x.Start...)
	slices.SortStableFunc(due, func(a, b process.Due) int { return a.At.Compare(b.At) })
	s.Due = due
}

func (s *State) named(x Effect) {
	for _, as := range x.Forget {
		delete(s.People, as)
	}
	for as, who := range x.People {
		if s.People == nil {
			s.People = map[string][]id.Person{}
		}
		for _, p := range who {
			if !slices.Contains(s.People[as], p) {
				s.People[as] = append(s.People[as], p)
			}
		}
	}
}

func (s *State) keep(kept field.Answers) {
	for name, v := range kept {
		if v.Empty() {
			delete(s.Kept, name)
			continue
		}
		if s.Kept == nil {
			s.Kept = field.Answers{}
		}
		s.Kept[name] = v
	}
}

// Waits says that the next word is somebody else's, outside.
func (s *State) Waits() bool {
	return slices.ContainsFunc(s.Due, func(d process.Due) bool { return d.Others })
}

// Taken is one step of a record's history.
type Taken struct {
	Version int64
	At      time.Time
	By      id.Person
	Role    string
	Emptied []string // questions that were left empty, where what was answered before counts no more
	Event
}

// putAway is how long after its end a record still lies on the desk of those who
// worked on it: long enough to print it or put a slip right. After that access asks for
// a reason, unless something was added that they have to read.
const putAway = 24 * time.Hour

// resource is the record as access sees it.
func (r *Room) resource(s *State, now time.Time) access.Resource { return s.Resource(r.Kind, now) }

// Resource is a record as access sees it.
func (s *State) Resource(kind string, now time.Time) access.Resource {
	return access.Resource{
		Kind: kind, Org: s.Org, Compartment: s.Compartment, Team: s.Team, Raiser: s.By, Owner: s.Owner,
		Subjects:  slices.Concat(s.People["subject"], s.Bars.Because(process.Subject)),
		Conflicts: slices.Concat(s.People["conflict"], s.Bars.Because(Conflict)),
		PassedBy:  s.Bars.Because(process.PassedBy), Named: s.People["named"],
		Stage: string(s.Stage), Closed: !s.Open() && now.Sub(s.EndedAt) >= putAway,
	}
}
