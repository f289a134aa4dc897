package concern

import (
	"encoding/json"
	"fmt"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/id"
	"heed/internal/ledger"
	"heed/internal/process"
)

// The kinds of event that are no steps of the process.
const (
	kindRaised    = "concern.raised"
	kindViewed    = "concern.viewed"
	kindOwn       = "concern.own_progress_viewed"
	kindListed    = "concern.listed"
	kindRefused   = "concern.refused"
	kindReaders   = "concern.readers_viewed"
	kindReason    = "concern.reason_given"
	kindGlassBook = "concern.glass_book_opened"
	kindReviewed  = "concern.reason_reviewed"
	kindBarTold   = "concern.bar_told"
	kindBars      = "concern.bars_viewed"
)

// Events are the kinds of event with what each says, for docs/events.md. The
// steps of the process bring kinds of their own.
func Events(d *process.Definition) map[string]string {
	all := map[string]string{
		kindViewed:    "Somebody opened the concern; written before the page is sent",
		kindOwn:       "The person who raised it looked at its progress",
		kindListed:    "A list was shown, and which references it named",
		kindRefused:   "Somebody asked for a concern that is not theirs or does not exist; both are written alike",
		kindReaders:   "Somebody looked at who has opened the concern",
		kindReason:    "Somebody said why they need to open a concern that is not plainly theirs; the Caldicott Guardian is told",
		kindGlassBook: "The month's book of reasons and their reviews was begun",
		kindReviewed:  "A second person reviewed the reason that somebody gave",
		kindBarTold:   "Somebody is to be kept from a concern, or let back in; the Caldicott Guardian or the executive lead is told",
		kindBars:      "Somebody looked at who is to be kept from the concern, and at nothing else of it",
	}
	for _, s := range d.AllSteps {
		all[s.Kind] = s.Label
	}
	return all
}

// raised is the first event of every concern.
type raised struct {
	Reference id.Reference `json:"reference"`
	Team      id.Team      `json:"team"`
	Owner     id.Person    `json:"owner"`
	TellBy    time.Time    `json:"tell_by"`
	Process   string       `json:"process"`
	Report    Report       `json:"report"`
}

// stepTaken is every other event of a concern's own history.
type stepTaken struct {
	Step    process.Step    `json:"step"`
	Outcome string          `json:"outcome,omitempty"`
	Process string          `json:"process"`
	Body    json.RawMessage `json:"body"`
	effect
}

// effect is what a step changes besides the status, as it was found when it was taken.
type effect struct {
	Barred id.Person `json:"barred,omitzero"` // whom it bars, or asks to bar
	Owner  id.Person `json:"owner,omitzero"`  // who has the concern from then on
	Alone  bool      `json:"alone,omitempty"` // the raiser decided: nobody else could
}

type listed struct {
	List       string         `json:"list"`
	References []id.Reference `json:"references"`
}

// refused has the same size for a concern that is hidden and one that does not exist.
type refused struct {
	Reference id.Reference `json:"reference"`
}

// viewed is a reading of a record; with the reason where one was asked.
type viewed struct {
	Reason string `json:"reason,omitempty"`
}

// book is what folding needs: the process in force and the calendar of the organisation.
type book struct {
	process *process.Definition
	nation  workday.Nation
}

// fold makes the concern from its history.
func (b book) fold(c *Concern, history []ledger.Entry) error {
	for _, e := range history {
		if err := b.apply(c, e); err != nil {
			return err
		}
	}
	b.clocks(c) // once: what runs now, not what ran after each step
	return nil
}

func (b book) apply(c *Concern, e ledger.Entry) error {
	if e.Kind == kindRaised {
		var d raised
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("read %s: %w", e.Kind, err)
		}
		b.begin(c, e, d)
		return nil
	}
	var d stepTaken
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return fmt.Errorf("read %s: %w", e.Kind, err)
	}
	c.Version = e.Version
	c.Taken = append(c.Taken, Taken{e.Version, e.At, e.Author.Person, e.Author.Role, d.Step, d.Outcome, d.Alone, d.Body})
	c.Status = b.process.After(c.Status, d.Step, d.Outcome)
	return b.effects(c, d, e)
}

// begin is what the first event makes; e is its entry, whose data is d.
func (b book) begin(c *Concern, e ledger.Entry, d raised) {
	*c = Concern{
		Record: e.Record, Org: e.Org, Team: d.Team, Reference: d.Reference, Compartment: Patient,
		Raiser: e.Author.Person, RaisedAt: e.At, TellBy: d.TellBy, Report: d.Report, Owner: d.Owner,
		Status: b.process.After(b.process.Start(), process.Raise, ""), Version: e.Version,
	}
	b.clocks(c)
}

// effects are what a step changes besides the status.
func (b book) effects(c *Concern, d stepTaken, e ledger.Entry) error {
	if !d.Owner.IsZero() {
		c.Owner = d.Owner
	}
	switch d.Step {
	case process.DeclareConflict, process.KeepFrom, process.LiftBar, process.ConfirmBar:
		var of struct{ Of int64 }
		if err := json.Unmarshal(d.Body, &of); err != nil {
			return fmt.Errorf("read %s: %w", e.Kind, err)
		}
		c.Bars = c.Bars.after(c.Taken[len(c.Taken)-1], d.effect.Barred, of.Of)
	case process.Acknowledge:
		c.Owner = e.Author.Person
		if d.Outcome == process.FirstWords {
			c.ToldAt = e.At
		}
	case process.Assign:
		var a Assign
		if err := json.Unmarshal(d.Body, &a); err != nil {
			return fmt.Errorf("read %s: %w", e.Kind, err)
		}
		c.Owner = a.Owner
	case process.GiveFeedback:
		c.ToldAt = e.At
	}
	if b.process.Ended(c.Status) && c.ClosedAt.IsZero() {
		c.ClosedAt, c.ended = e.At, len(c.Taken)
	}
	return nil
}

// clocks says which duties run now; after the end only those that began after it.
func (b book) clocks(c *Concern) {
	if c.Closed() {
		after := make([]process.Taken, 0, len(c.Taken)-c.ended)
		for _, t := range c.Taken[c.ended:] {
			after = append(after, process.Taken{Step: t.Step, Outcome: t.Outcome, At: t.At})
		}
		c.Due = b.process.Due(b.nation, after)
		return
	}
	history := make([]process.Taken, 0, len(c.Taken)+1)
	history = append(history, process.Taken{Step: process.Raise, At: c.RaisedAt})
	for _, t := range c.Taken {
		history = append(history, process.Taken{Step: t.Step, Outcome: t.Outcome, At: t.At})
	}
	c.Due = b.process.Due(b.nation, history)
}
