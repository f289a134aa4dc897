// Package concern is the heart of Heed: a health worker's worry about a person
// who may be drawn into terrorism, from the moment it is raised until the one
// who raised it has been answered and the record is closed.
//
// It keeps true: a concern's history is append-only and is the record; nobody
// reads a concern before the reading is in the ledger; no step is taken that the
// process does not allow now; nothing is closed without feedback to the raiser
// or a recorded reason why not; what others did (police, the Channel panel) is
// recorded as told to us, with source and date, and never performed; somebody
// else's concern is answered exactly as one that does not exist.
//
// Trusted with: everything that is written about a person, sealed under that
// record's own key. It computes nothing about a person.
package concern

import (
	"slices"
	"time"

	"heed/internal/id"
	"heed/internal/process"
)

// About says who or what the concern is about, as the raiser chose.
type About string

// The choices of the first question. A colleague is not among them: that is a
// sealed route of its own, behind a door that says whom to ring.
const (
	AboutPatient About = "patient"
	AboutVisitor About = "visitor" // a visitor, a carer or somebody else
	AboutPlace   About = "place"   // a place, an event or online material
	AboutUnsure  About = "unsure"
)

// Report is what the raiser wrote.
type Report struct {
	About  About      `json:"about"`
	What   string     `json:"what"`
	When   string     `json:"when,omitempty"`  // a day, YYYY-MM-DD, in the organisation's civil time
	Over   string     `json:"over,omitempty"`  // or over what period, in words
	Where  string     `json:"where,omitempty"` // where it happened
	Person PersonSeen `json:"person,omitzero"`
	Spoken []Spoken   `json:"spoken,omitempty"` // whom the raiser has spoken to
	Knows  Known      `json:"knows,omitempty"`  // whether the person knows
	Reach  string     `json:"reach,omitempty"`  // how and when to reach the raiser
}

// PersonSeen is what the raiser knows of the person; every part may be empty.
type PersonSeen struct {
	Name   string `json:"name,omitempty"`
	Age    string `json:"age,omitempty"`    // date of birth or age, as known
	Number string `json:"number,omitempty"` // NHS number, ten digits
}

// Spoken is somebody to whom the raiser has spoken already.
type Spoken string

// Whom the raiser may have spoken to.
const (
	SpokenNobody  Spoken = "nobody"
	SpokenManager Spoken = "manager"
	SpokenLead    Spoken = "safeguarding_lead"
	SpokenPerson  Spoken = "person"
	SpokenPolice  Spoken = "police"
)

// Known is a true answer of three.
type Known string

// The answers; empty is "not asked".
const (
	Yes     Known = "yes"
	No      Known = "no"
	Unknown Known = "unknown"
)

// Compartment separates the routes; see access.
type Compartment string

// The compartments. In this version no concern is written into the second.
const (
	Patient   Compartment = "patient"
	Colleague Compartment = "colleague"
)

// Concern is a record as its history makes it.
type Concern struct {
	Record      id.Record
	Org         id.Org
	Team        id.Team
	Reference   id.Reference
	Compartment Compartment
	Version     int64

	Raiser   id.Person
	RaisedAt time.Time
	TellBy   time.Time // by when the raiser hears
	Report   Report

	Owner    id.Person
	Bars     // who is kept from it, and of whom that was asked
	Status   process.Status
	Taken    []Taken       // every step, oldest first
	Due      []process.Due // the duties that run, the soonest due first
	ToldAt   time.Time     // last feedback
	ClosedAt time.Time
	ended    int // of Taken: how many steps there were at the end
}

// Taken is one step of the record's history.
type Taken struct {
	Version int64
	At      time.Time
	By      id.Person
	Role    string
	Step    process.Step
	Outcome string
	Alone   bool   // the one who raised it decided, since nobody else could
	Body    []byte // JSON of the step's own type
}

// Closed says whether the record has ended.
func (c *Concern) Closed() bool { return !c.ClosedAt.IsZero() }

// NextDue is the duty that is due soonest; ok is false when none runs.
func (c *Concern) NextDue() (next process.Due, ok bool) {
	if len(c.Due) == 0 {
		return process.Due{}, false
	}
	return c.Due[0], true
}

// Last is the newest step of a kind; ok is false when there is none.
func (c *Concern) Last(step process.Step) (t Taken, ok bool) {
	for _, x := range c.Taken {
		if x.Step == step {
			t, ok = x, true
		}
	}
	return t, ok
}

// Since are the steps taken after a version: what somebody else did meanwhile.
func (c *Concern) Since(version int64) []Taken {
	var out []Taken
	for _, x := range c.Taken {
		if x.Version > version {
			out = append(out, x)
		}
	}
	return out
}

// Progress is what the raiser sees of where it stands.
type Progress string

// The plain words of "My concerns" (ui/conventions, section 6).
const (
	Received      Progress = "Received"
	BeingLookedAt Progress = "Being looked at"
	PassedOn      Progress = "Passed on"
	Finished      Progress = "Finished"
)

// Progress is where the concern stands, in the raiser's words.
func (c *Concern) Progress() Progress {
	_, referred := c.Last(process.Refer)
	switch {
	case c.Closed():
		return Finished
	case referred:
		return PassedOn
	case slices.ContainsFunc(c.Taken, func(t Taken) bool { return !c.raisersOwn(t) && t.Step != process.ConfirmBar }):
		return BeingLookedAt
	}
	return Received // what the raiser adds, and a second word from outside, is nobody's look
}

// clone is the same concern, whose steps can be added to without changing this one.
func (c *Concern) clone() *Concern {
	next := *c
	next.Taken = slices.Clip(c.Taken)
	return &next
}
