package process

import (
	"fmt"
	"slices"
	"strings"
)

// worded is what an overlay may do with words.
type worded int

const (
	anew   worded = iota // say them otherwise
	longer               // add to them
	kept                 // nothing: they mean the same in every organisation
)

// reword changes words that people see: "step.close.label", "step.close.hint",
// "question.close.words.ask", "question.close.words.hint", "state.open.label",
// "deadline.triage.label", "emergency.words".
func reword(d *Definition, o overlay) error {
	for _, key := range sorted(o.Wording) {
		place, may := d.words(key)
		words := strings.TrimSpace(o.Wording[key])
		switch {
		case place == nil:
			return bad("wording."+key, "names no words of the process; write it like step.close.label, step.close.hint, "+
				"question.close.words.ask, question.close.words.hint, state.open.label, deadline.triage.label or emergency.words")
		case may == kept:
			return bad("wording."+key, fmt.Sprintf("stays as it is shipped, %q: what is decided, sent or told about a person "+
				"means the same in every organisation. Add to the hint of a question or of the step instead", *place))
		case may == longer && !strings.HasPrefix(words, *place):
			return bad("wording."+key, fmt.Sprintf("must begin with the shipped words, and may add to them: %q", *place))
		case words == "" || len([]rune(words)) > 300:
			return bad("wording."+key, "must be 1 to 300 characters")
		}
		*place = words
	}
	return nil
}

// words finds words by their name, and says what may be done with them.
func (d *Definition) words(key string) (*string, worded) {
	part := strings.Split(key, ".")
	switch {
	case key == "emergency.words":
		return &d.Emergency.Words, longer
	case len(part) == 4 && part[0] == "question":
		s, f := d.asked(part[1] + "." + part[2])
		if f == nil {
			return nil, kept
		}
		return labelOrHint(part[3], "ask", &f.Ask, &f.Hint, s.sameEverywhere())
	case len(part) != 3:
		return nil, kept
	case part[0] == "step" && d.step(part[1]) != nil:
		s := d.step(part[1])
		return labelOrHint(part[2], "label", &s.Label, &s.Hint, s.sameEverywhere())
	case part[0] == "state" && part[2] == "label":
		if i := slices.IndexFunc(d.States, func(s StateInfo) bool { return string(s.ID) == part[1] }); i >= 0 {
			return labelOrHint("label", "label", &d.States[i].Label, nil, d.decided(d.States[i].ID))
		}
	case part[0] == "deadline" && part[2] == "label":
		if i := slices.IndexFunc(d.Timers, func(t Deadline) bool { return t.ID == part[1] }); i >= 0 {
			return labelOrHint("label", "label", &d.Timers[i].Label, nil, d.owedAfterEmergency(d.Timers[i]))
		}
	}
	return nil, kept
}

func labelOrHint(which, label string, words, hint *string, same bool) (*string, worded) {
	switch {
	case which == label && same:
		return words, kept
	case which == label:
		return words, anew
	case which == "hint" && same:
		return hint, longer
	case which == "hint":
		return hint, anew
	}
	return nil, kept
}

// decided says whether a decision about sharing leads to a state.
func (d *Definition) decided(s State) bool {
	return slices.ContainsFunc(d.AllSteps, func(x StepInfo) bool {
		return slices.ContainsFunc(x.Outcomes, func(o Outcome) bool {
			return o.Decides != "" && slices.ContainsFunc(o.Moves, func(m Move) bool { return m.To == s })
		})
	})
}

// owedAfterEmergency says whether a deadline runs from what was shared in an emergency.
func (d *Definition) owedAfterEmergency(t Deadline) bool {
	return slices.ContainsFunc(t.From, func(from string) bool {
		s, _ := d.Step(Step(from))
		return s.letsLeave(Emergency)
	})
}
