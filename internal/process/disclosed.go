package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// Disclosed says who tells those to whom something was sent that identifies a person, when
// it is put right or is to be erased (UK GDPR, Article 19). A definition says no more: the
// steps and the duty are the same in every kind of record; see decision 0718.
type Disclosed struct {
	By    []Role `json:"by"`    // who records that a recipient was told, and that a record is to be erased
	Owner Role   `json:"owner"` // of the duty; one of By
	Days  int    `json:"days"`  // working days
	Group string `json:"group" for:"room"`
}

// Sends names the questions of a step by which it is known what left with it.
type Sends struct {
	To   []string `json:"to"`   // to whom: the first is always answered
	What string   `json:"what"` // what: always answered
	On   string   `json:"on"`   // on which day; empty: when it was recorded
	// Inside are answers to the first of To by which nothing left the organisation.
	Inside []string `json:"inside"`
	Lost   bool     `json:"lost"` // it went where it should not have gone, decided by nobody
}

// The steps that are made, the duty that runs for each recipient, and the list of what was sent.
const (
	ErasureAhead  Step = "erasure_ahead"
	RecipientTold Step = "recipient_told"

	TellRecipient = "tell_recipient"
	ListSent      = "sent"
)

// NotAmongIt is the outcome of RecipientTold by which what was put right was not sent.
const NotAmongIt = "not_among_it"

var recipientSteps = []StepInfo{
	{ID: ErasureAhead, Label: "Say that this is to be erased", Kind: "erasure_ahead", Form: "erasure_ahead/1",
		Source: "UK GDPR, Article 19: whoever was sent something is told that it is erased",
		Send:   "Record this", Done: "It was recorded. Now tell everybody who was sent something from it",
		Outcomes: []Outcome{{Label: "It is to be erased"}}},
	{ID: RecipientTold, Label: "Record that a recipient was told", Kind: "recipient_told", Form: "recipient_told/1",
		Source: "UK GDPR, Article 19: whoever was sent something is told when it is put right",
		Send:   "Record this", Done: "It was recorded",
		Outcomes: chosen("result", Outcome{ID: Told, Label: "The recipient was told"},
			Outcome{ID: NotAmongIt, Label: "The recipient was not sent what was put right"},
			Outcome{ID: CannotBeTold, Label: "The recipient cannot be told"})},
}

// TellsRecipients says whether a step is one of those.
func TellsRecipients(step Step) bool {
	return slices.ContainsFunc(recipientSteps, func(s StepInfo) bool { return s.ID == step })
}

// Alike says whether a step is one of which a definition only says who takes it: it asks and
// changes the same in every kind of record.
func Alike(step Step) bool {
	return KeepsOut(step) || TellsRecipients(step) || Disagrees(step) || HoldsOn(step) || step == KnowPerson
}

// Discloses says whether something that identifies a person left with an outcome.
func (o Outcome) Discloses() bool { return o.Leaves == Identifiable || o.Leaves == Emergency }

func (s StepInfo) discloses() bool {
	return s.Sends.Lost || slices.ContainsFunc(s.Outcomes, Outcome.Discloses)
}

// corrects says whether what was written is put right by a step.
func (s StepInfo) corrects() bool {
	return !Alike(s.ID) && slices.ContainsFunc(s.Fields, func(f field.Field) bool { return f.Kind == field.Entry })
}

// ToRecipients is the duty that runs for each recipient.
func (d *Definition) ToRecipients() (Deadline, bool) {
	return find(d.Timers, TellRecipient, func(t Deadline) string { return t.ID })
}

// disclosed adds the steps and the list, where the definition says by whom.
func (d *Definition) disclosed() error {
	made := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return TellsRecipients(s.ID) })
	switch by := d.Disclosed; {
	case made >= 0:
		return bad(fmt.Sprintf("steps[%d] (%s)", made+1, d.AllSteps[made].ID),
			"has the name of a step that disclosed makes: give it another, or leave it out")
	case len(by.By) == 0 || len(d.AllSteps) == 0 || len(d.States) == 0:
		return nil
	case !slices.Contains(by.By, by.Owner):
		return bad("disclosed.owner", "must be one of those in by: whoever owes it has to be able to do it")
	case by.Days < 1:
		return bad("disclosed.days", "must be working days from 1")
	}
	if err := d.knownRoles("disclosed.by", d.Disclosed.By); err != nil {
		return err
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	begun, ended := d.statesBegun()
	for _, s := range recipientSteps {
		s.Kind, s.Group, s.Roles, s.Always = room+"."+s.Kind, d.Disclosed.Group, slices.Clone(d.Disclosed.By), true
		s.Outcomes = slices.Clone(s.Outcomes)
		for i := range s.Outcomes {
			s.Outcomes[i].Moves = []Move{{From: begun}}
			if s.ID == ErasureAhead {
				s.Outcomes[i].Moves = []Move{{From: ended}}
			}
		}
		d.AllSteps = append(d.AllSteps, s)
	}
	d.Lists = append(d.Lists, List{ID: ListSent, Title: "What was sent, and to whom",
		Empty: "Nothing that identifies a person was sent.", Of: "organisation", Order: "newest", Sent: true})
	return nil
}

// statesBegun are the states but the first, and those of them that are an end.
func (d *Definition) statesBegun() (begun, ended []State) {
	for _, s := range d.States {
		if s.ID != d.Start().State {
			begun = append(begun, s.ID)
			if s.End {
				ended = append(ended, s.ID)
			}
		}
	}
	return begun, ended
}

// owesRecipients adds the duty, once each step has its questions: a correction starts it, and
// what tells that the record is to be erased.
func (d *Definition) owesRecipients() error {
	if len(d.Disclosed.By) == 0 {
		return nil
	}
	t := Deadline{ID: TellRecipient, Label: "Tell somebody who was sent something from this what has changed",
		Days: d.Disclosed.Days, Owner: d.Disclosed.Owner, Evidence: "D", Each: true,
		From: []string{string(ErasureAhead)}, Until: []string{string(RecipientTold)}}
	for _, s := range d.AllSteps {
		if s.corrects() {
			t.From = append(t.From, string(s.ID))
		}
	}
	d.Timers = append(d.Timers, t)
	return nil
}

// sentToWhom: of what leaves it is known to whom it went and what it was, and whoever has it
// is told what changed.
func sentToWhom(d *Definition) string {
	sends := false
	for _, s := range d.AllSteps {
		if !s.discloses() {
			if len(s.Sends.To) > 0 {
				return d.placeOfStep(s.ID) + " says what it sends, and nothing that identifies a person leaves with it: " +
					"leave out sends"
			}
			continue
		}
		sends = true
		if fault := s.Sends.fault(s); fault != "" {
			return d.placeOfStep(s.ID) + " " + fault
		}
	}
	switch named := len(d.Disclosed.By) > 0; {
	case sends && !named:
		return "disclosed must say by whom recipients are told: something that identifies a person leaves"
	case named && !sends:
		return "disclosed says by whom recipients are told, and nothing that identifies a person leaves: leave it out"
	}
	return ""
}

func (x Sends) fault(s StepInfo) string {
	always := func(name string) bool {
		f, ok := field.Find(s.Fields, name)
		return ok && f.Needed && len(f.ShownWhen) == 0
	}
	switch {
	case len(x.To) == 0 || !always(x.To[0]):
		return `must name in sends "to" whom something goes: first a question that has to be answered, whatever else is said`
	case !always(x.What):
		return `must name in sends "what" is sent: a question that has to be answered, whatever else is said`
	case slices.ContainsFunc(x.Inside, func(is string) bool {
		f, _ := field.Find(s.Fields, x.To[0])
		return !slices.Contains(f.Offered(), is)
	}):
		return fmt.Sprintf(`must name in sends "inside" answers that the question %q offers`, x.To[0])
	case x.On != "" && !asks(s, x.On, field.Day):
		return fmt.Sprintf(`names in sends "on" the question %q: it must be a day that the step asks`, x.On)
	}
	for _, name := range x.To {
		if _, ok := field.Find(s.Fields, name); !ok {
			return fmt.Sprintf(`names in sends "to" the question %q, which it does not ask: name one of its own`, name)
		}
	}
	return ""
}
