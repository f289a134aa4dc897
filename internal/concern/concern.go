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

	"heed/internal/field"
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

// Concern is a record as somebody who works on it sees it.
type Concern struct{ room.View }

// Raised is what was said when the concern was raised.
func (c *Concern) Raised() field.Answers { return c.Taken[0].Answers }

// Last is the newest step of a kind; ok is false when there is none.
func (c *Concern) Last(step process.Step) (t room.Taken, ok bool) {
	for _, x := range slices.Backward(c.Taken) {
		if x.Step == step {
			return x, true
		}
	}
	return t, false
}
