package process

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/clock/workday"
)

// Keeps says for how long a record is kept once it has ended, and by whom its destruction is made
// to wait. A definition says no more: the steps and duties are the same in every kind of record,
// and nothing is ever destroyed by them; see decision 0721.
type Keeps struct {
	By     []Role `json:"by"`     // who keeps it longer, and asks that it is held or held no more
	Second Role   `json:"second"` // who is asked for the second word; whoever of By did not ask may give it, too
	Owner  Role   `json:"owner"`  // who looks whether it is still needed; one of By
	Days   int    `json:"days"`   // working days for that
	// WordDays are working days for the second word.
	WordDays int `json:"word_days"`
	// Periods are for how long: the first that fits counts, and the last fits always.
	Periods []Period `json:"periods"`
	Group   string   `json:"group" for:"room"`
}

// Period is for how long a record is kept.
type Period struct {
	// When names a step, or one of its outcomes ("triage/not_safeguarding"), that was the last of
	// its kind; empty: always.
	When     []string `json:"when"`
	Because  string   `json:"because"` // in words: "eight years after it ended"
	Years    int      `json:"years"`   // after its end
	ToAge    int      `json:"to_age"`  // and to this birthday of who was a child at its end; 0: not asked
	Evidence string   `json:"evidence"`
	Source   string   `json:"source"`
}

// The steps that are made, the one that Heed itself takes, the duties, and the list of what is kept.
const (
	KeepOn      Step = "keep_on"
	AskHold     Step = "ask_hold"
	LiftHold    Step = "lift_hold"
	ConfirmHold Step = "confirm_hold"
	KeptEnough  Step = "kept_enough" // the time is over for which it has to be kept

	StillNeeded = "still_needed"
	HoldWord    = "hold_word"
	LookAtHold  = "look_at_hold"
	ListKept    = "kept"
)

var keepingSteps = []StepInfo{
	{ID: KeepOn, Label: "Keep this longer", Kind: "kept_longer", Form: "keep_on/1",
		Source: "UK GDPR, Article 5(1)(e): nothing about a person is kept for longer than it is needed",
		Send:   "Keep it longer", Done: "It was recorded until when this is kept, and why",
		Outcomes: []Outcome{{Label: "Kept longer"}}},
	{ID: AskHold, Label: "Hold this: nothing of it is destroyed", Kind: "held", Form: "hold/1",
		Source: "What an inquest, an inquiry, a claim or the person may need is not destroyed",
		Send:   "Hold this", Done: "Nothing of this can be erased now. A second person has to say yes or no to the hold",
		Hears: []string{"owner"}, Outcomes: []Outcome{{Label: "To be held"}}},
	{ID: LiftHold, Label: "Ask to end a hold", Kind: "hold_lifting_asked", Form: "lift_hold/1",
		Source: "What holds a record is ended by the word of two people",
		Send:   "Ask for this", Done: "It was recorded. The hold ends when a second person says yes",
		Hears: []string{"owner"}, Outcomes: []Outcome{{Label: "Asked to end a hold"}}},
	{ID: ConfirmHold, Label: "Give the second word on a hold", Kind: "hold_word_given", Form: "confirm_hold/1",
		Source: "Nobody alone holds a record, or ends a hold",
		Send:   "Give this word", Done: "Your word was recorded", Hears: []string{"owner"},
		Outcomes: chosen("result", Outcome{ID: Confirmed, Label: "Yes"}, Outcome{ID: Refused, Label: "No"})},
}

// HoldsOn says whether a step is one of those that are about holds or keep a record longer.
func HoldsOn(step Step) bool {
	return step == KeptEnough || slices.ContainsFunc(keepingSteps, func(s StepInfo) bool { return s.ID == step })
}

// AfterOthers says whether a step is about what somebody else asked for: nobody can take it unless
// somebody did.
func AfterOthers(step Step) bool { return Disagrees(step) || step == LiftHold || step == ConfirmHold }

// keptEnough is the step by which Heed itself says that a record has been kept for as long as it
// has to be.
func (d *Definition) keptEnough() (out []StepInfo) {
	if len(d.Keeps.By) == 0 {
		return nil
	}
	const says = "It has been kept for as long as it has to be"
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	_, ended := d.statesBegun()
	return []StepInfo{{ID: KeptEnough, Label: says, Kind: room + "." + string(KeptEnough), Done: says,
		Outcomes: []Outcome{{Label: says, Moves: []Move{{From: ended}}}}}}
}

// keeps adds the steps and the list, where the definition says by whom.
func (d *Definition) keeps() error {
	k := d.Keeps
	made := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return HoldsOn(s.ID) })
	switch {
	case made >= 0:
		return bad(fmt.Sprintf("steps[%d] (%s)", made+1, d.AllSteps[made].ID),
			"has the name of a step that keeps makes: give it another, or leave it out")
	case len(k.By)+len(k.Periods) == 0 || len(d.AllSteps) == 0 || len(d.States) == 0:
		return nil
	}
	if err := d.wholeKeeps(); err != nil {
		return err
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	begun, ended := d.statesBegun()
	for _, s := range keepingSteps {
		s.Kind, s.Group, s.Roles, s.Always = room+"."+s.Kind, k.Group, slices.Clone(k.By), true
		s.Outcomes = slices.Clone(s.Outcomes)
		for i := range s.Outcomes {
			s.Outcomes[i].Moves = []Move{{From: begun}}
			if s.ID == KeepOn {
				s.Outcomes[i].Moves = []Move{{From: ended}}
			}
		}
		if s.ID == ConfirmHold && !slices.Contains(k.By, k.Second) {
			s.Roles = append(s.Roles, k.Second)
		}
		d.AllSteps = append(d.AllSteps, s)
	}
	d.Lists = append(d.Lists, List{ID: ListKept, Title: "Kept after the end, and until when",
		Empty: "Nothing has ended that is still kept.", Of: "organisation", Order: "due", Kept: true})
	return nil
}

// wholeKeeps checks what a definition says under keeps.
func (d *Definition) wholeKeeps() error {
	k := d.Keeps
	switch {
	case len(k.By) == 0:
		return bad("keeps.by", "must name who works the records: they keep one longer, and have it held on the word of two")
	case !slices.Contains(k.By, k.Owner):
		return bad("keeps.owner", "must be one of those in by: whoever owes it has to be able to do it")
	case min(k.Days, k.WordDays) < 1 || max(k.Days, k.WordDays) > 250:
		return bad("keeps", "must have days and word_days, working days from 1 to 250")
	case len(k.Periods) == 0:
		return bad("keeps.periods", "must say for how long a record is kept once it has ended")
	}
	if err := d.knownRoles("keeps", append(slices.Clone(k.By), k.Second)); err != nil {
		return err
	}
	for i, p := range k.Periods {
		at := fmt.Sprintf("keeps.periods[%d]", i+1)
		last := i == len(k.Periods)-1
		switch {
		case p.Years < 1 || p.Years > 100 || p.ToAge < 0 || p.ToAge > 100:
			return bad(at, "must have years from 1 to 100, and to_age from 0 to 100")
		case p.Because == "" || p.Evidence == "" || p.Source == "":
			return bad(at, "must say because, evidence and source: who keeps something has to know why")
		case last != (len(p.When) == 0):
			return bad(at, "must have a when, and the last none: it is for every other record")
		}
		for _, ref := range p.When {
			id, out, named := strings.Cut(ref, "/")
			s, ok := find(d.AllSteps, Step(id), stepID)
			if _, is := s.Outcome(out); !ok || named && !is {
				return bad(at+".when", d.noStep(ref))
			}
		}
	}
	return nil
}

// owesKeeping adds the duties: to look whether what was kept long enough is still needed, to give
// the second word on a hold, and to look at a hold again.
func (d *Definition) owesKeeping() error {
	k := d.Keeps
	if len(k.By) == 0 {
		return nil
	}
	word := []string{string(AskHold), string(LiftHold)}
	d.Timers = append(d.Timers,
		Deadline{ID: StillNeeded, Label: "Look whether this is still needed: have it erased, or keep it longer", Days: k.Days,
			Owner: k.Owner, Any: true, Repeat: true, Evidence: "D", From: []string{string(KeptEnough)},
			Until: []string{string(KeepOn)}},
		Deadline{ID: HoldWord, Label: "Say yes or no to a hold", Days: k.WordDays, Owner: k.Second, Any: true, Evidence: "D",
			Each: true, From: word, Until: []string{string(ConfirmHold)}},
		Deadline{ID: LookAtHold, Label: "Look whether this has to be held any longer", Days: k.Days, Owner: k.Owner,
			Any: true, Evidence: "D", Each: true, From: []string{string(ConfirmHold)}, Until: []string{string(ConfirmHold)}})
	return nil
}

// KeptUntil is the day until which a record is kept that ends now, and why: last says how each step
// came out when it was last taken. Born is the person's day of birth, zero where it is not known.
func (d *Definition) KeptUntil(last func(Step) (outcome string, taken bool), now time.Time,
	born workday.Day) (until workday.Day, because string) {
	end := workday.Of(now)
	for _, p := range d.Keeps.Periods {
		if len(p.When) > 0 && !slices.ContainsFunc(p.When, func(ref string) bool {
			id, out, named := strings.Cut(ref, "/")
			was, taken := last(Step(id))
			return taken && (!named || was == out)
		}) {
			continue
		}
		until = workday.Of(end.Start().AddDate(p.Years, 0, 0))
		if adult := years(born, 18); p.ToAge > 0 && born != (workday.Day{}) && end.Before(adult) {
			if to := years(born, p.ToAge); until.Before(to) {
				until = to
			}
		}
		return until, p.Because
	}
	return workday.Day{}, ""
}

// years is the birthday on which somebody is so old.
func years(born workday.Day, age int) workday.Day { return workday.Of(born.Start().AddDate(age, 0, 0)) }
