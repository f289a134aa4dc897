package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// KeptFrom says by whom somebody who works here is kept from a record, and let back in. A
// definition says no more: the steps are the same in every kind of record, so that it is no
// easier in one than in another; see decision 0503.
type KeptFrom struct {
	By     []Role `json:"by"`     // who declares a conflict of interest, asks that another is kept from it, and confirms
	Second []Role `json:"second"` // who may give the second word besides them, and sees nothing else
	Group  string `json:"group" for:"room"`
}

// keepingFrom are those steps.
var keepingFrom = []StepInfo{
	{ID: DeclareConflict, Label: "Declare a conflict of interest", Kind: "conflict_declared", Form: "conflict/1",
		Source:   "Whoever has a conflict of interest loses everything about the record, whatever their role",
		Send:     "Declare this and leave it",
		Done:     "Your conflict of interest was recorded. It is not yours any more",
		Leaves:   true,
		Outcomes: []Outcome{{Label: "Conflict declared"}}},
	{ID: KeepFrom, Label: "Name somebody who must not learn of it", Kind: "kept_from", Form: "keep_from/1",
		Source: "Whom a record is about loses everything about it; a manager must not learn that it passed them by",
		Send:   "Record this", Done: "It was recorded. It takes effect when a second person confirms it",
		Outcomes: chosen("why", Outcome{ID: Subject, Label: "It is about them"},
			Outcome{ID: PassedBy, Label: "It passes them by"})},
	{ID: LiftBar, Label: "Ask to let somebody back in", Kind: "bar_lifting_asked", Form: "lift_bar/1",
		Source: "What keeps somebody from a record can be put right, by the word of two people",
		Send:   "Ask for this", Done: "It was recorded. It takes effect when a second person confirms it",
		Outcomes: []Outcome{{Label: "Asked to let somebody back in"}}},
	{ID: ConfirmBar, Label: "Give the second word on who is kept from it", Kind: "second_word_given",
		Form:   "confirm_bar/1",
		Source: "Nobody alone keeps another from a record, or lets them back in",
		Send:   "Give this word", Done: "Your word was recorded",
		Outcomes: chosen("result", Outcome{ID: Confirmed, Label: "Confirmed"}, Outcome{ID: Refused, Label: "Refused"})},
}

// chosen are outcomes of which each is the answer to a question.
func chosen(question string, all ...Outcome) []Outcome {
	for i := range all {
		all[i].When = []field.Condition{{Field: question, Is: []string{all[i].ID}}}
	}
	return all
}

// KeepsFrom says whether somebody can be kept from its records.
func (d *Definition) KeepsFrom() bool { return len(d.KeptFrom.By) > 0 }

// KeepsOut says whether a step is one of those.
func KeepsOut(step Step) bool {
	return slices.ContainsFunc(keepingFrom, func(s StepInfo) bool { return s.ID == step })
}

// keepFrom adds the steps, which can be taken wherever the record stands, and move nothing.
func (d *Definition) keepFrom() error {
	k := d.KeptFrom
	made := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return KeepsOut(s.ID) })
	switch {
	case made >= 0:
		return bad(fmt.Sprintf("steps[%d] (%s)", made+1, d.AllSteps[made].ID),
			"has the name of a step that kept_from makes: give it another, or leave it out")
	case len(k.By)+len(k.Second) == 0 || len(d.AllSteps) == 0 || len(d.States) == 0:
		return nil
	case len(k.By) == 0:
		return bad("kept_from.by", "must name who works the records: they keep somebody from one, on the word of two")
	}
	for _, r := range slices.Concat(k.By, k.Second) {
		if _, ok := d.Role(r); !ok {
			return bad("kept_from", d.noRole(r))
		}
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	from, _ := d.statesBegun()
	for _, s := range keepingFrom {
		s.Kind, s.Group, s.Roles, s.Always = room+"."+s.Kind, k.Group, slices.Clone(k.By), true
		if s.ID == ConfirmBar {
			s.Roles = append(s.Roles, k.Second...)
		}
		s.Outcomes = slices.Clone(s.Outcomes)
		for i := range s.Outcomes {
			s.Outcomes[i].Moves = []Move{{From: from}}
		}
		d.AllSteps = append(d.AllSteps, s)
	}
	return nil
}
