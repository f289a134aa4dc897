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
// What is asked at each step, and what comes of it, stands in the process: see
// process/definitions. Trusted with: everything that is written about a person,
// sealed under that record's own key. It computes nothing about a person.
package concern

import (
	"slices"
	"time"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/ledger"
	"heed/internal/process"
	"heed/internal/room"
)

// Compartment separates the routes; see access.
type Compartment string

// The compartments. In this version no concern is written into the second.
const (
	Patient   Compartment = "patient"
	Colleague Compartment = "colleague"
)

// Limits of what may be typed beside the steps, in characters.
const (
	MaxText  = 4000 // a narrative
	MaxShort = 500  // a sentence or two
)

// Concern is a record as its history makes it.
type Concern struct {
	room.State
	Taken []room.Taken // every step, oldest first; the first says what was raised
}

// fold makes the concern from its history.
func fold(history []ledger.Entry) (*Concern, error) {
	s, taken, err := room.Fold(history)
	if err != nil {
		return nil, err
	}
	return &Concern{State: s, Taken: taken}, nil
}

// next is the concern after one more step; this one stays as it is.
func (c *Concern) next(e ledger.Entry, ev room.Event) (*Concern, error) {
	out := &Concern{State: c.Clone()}
	if err := out.Apply(e, ev); err != nil {
		return nil, err
	}
	t := room.Taken{Version: e.Version, At: e.At, By: e.Author.Person, Role: e.Author.Role, Event: ev}
	out.Taken = append(slices.Clip(c.Taken), t)
	return out, nil
}

// Raised is what was said when the concern was raised.
func (c *Concern) Raised() field.Answers { return c.Taken[0].Answers }

// Closed says whether the record has ended.
func (c *Concern) Closed() bool { return c.Ended() }

// ToldAt is when the person who raised it was last told something; zero when never.
func (c *Concern) ToldAt() time.Time { return toldAt(&c.State) }

func toldAt(s *room.State) time.Time {
	if m, ok := s.Last[process.GiveFeedback]; ok {
		return m.At
	}
	if m := s.Last[process.Acknowledge]; m.Outcome == process.FirstWords {
		return m.At
	}
	return time.Time{}
}

// Last is the newest step of a kind; ok is false when there is none.
func (c *Concern) Last(step process.Step) (t room.Taken, ok bool) {
	for _, x := range slices.Backward(c.Taken) {
		if x.Step == step {
			return x, true
		}
	}
	return t, false
}

// Since are the steps taken after a version: what somebody else did meanwhile.
func (c *Concern) Since(version int64) []room.Taken {
	var out []room.Taken
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
func (c *Concern) Progress() Progress { return progress(&c.State) }

func progress(s *room.State) Progress {
	_, referred := s.Last[process.Refer]
	switch {
	case s.Ended():
		return Finished
	case referred:
		return PassedOn
	case s.Looked:
		return BeingLookedAt
	}
	return Received
}

// looks says whether a step is a look at the concern, as the raiser is told: what the
// raiser adds is nobody's look, and that somebody is to be kept from it is not told.
func looks(act access.Action, step process.Step) bool {
	return act != access.AddToOwn && step != process.ConfirmBar
}
