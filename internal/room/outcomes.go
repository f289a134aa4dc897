package room

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
	"heed/internal/process"
)

// mostAnswers is how many combinations of answers are tried: more, and the outcomes of
// a step speak of too much for somebody to follow.
const mostAnswers = 20_000

// soundOutcomes proves that every way in which a step's form can be answered has an
// outcome; the empty text when so. Only the answers
// that conditions speak of are tried, each as the form takes it: hidden questions are
// not answered, and those that must be answered are.
func soundOutcomes(s process.StepInfo) string {
	spoken := spokenOf(s)
	tried, fault := 0, ""
	answerAll(spoken, field.Answers{}, func(a field.Answers) bool {
		tried++
		switch {
		case tried > mostAnswers:
			fault = "has outcomes that depend on too many answers: ask fewer, or decide in two steps"
		case !slices.ContainsFunc(s.Outcomes, func(o process.Outcome) bool { return fits(o, a) }):
			fault = fmt.Sprintf("has no outcome when %s: give an outcome for it, or a last one without conditions",
				said(spoken, a))
		}
		return fault == ""
	})
	return fault
}

// spokenOf are the fields on which a step's outcome depends, in the form's order.
func spokenOf(s process.StepInfo) []field.Field {
	names := map[string]bool{}
	for _, o := range s.Outcomes {
		for _, c := range o.When {
			names[c.Field] = true
		}
	}
	var out []field.Field
	for _, f := range slices.Backward(s.Fields) { // a condition is on an earlier field
		if !names[f.ID] {
			continue
		}
		out = append(out, f)
		for _, c := range slices.Concat(f.ShownWhen, f.NeededWhen) {
			names[c.Field] = true
		}
	}
	slices.Reverse(out)
	return out
}

// answerAll gives every way of answering the fields, for as long as try says so.
func answerAll(fields []field.Field, a field.Answers, try func(field.Answers) bool) bool {
	if len(fields) == 0 {
		return try(a)
	}
	f, rest := fields[0], fields[1:]
	for _, v := range valuesOf(f, a) {
		a[f.ID] = v
		if v.Empty() {
			delete(a, f.ID)
		}
		if !answerAll(rest, a, try) {
			return false
		}
	}
	delete(a, f.ID)
	return true
}

// valuesOf are the answers that a question can have, as far as conditions tell them apart.
func valuesOf(f field.Field, a field.Answers) (all []field.Value) {
	if !f.Shown(a) || !f.Must(a) {
		all = append(all, field.Value{})
	}
	if !f.Shown(a) {
		return all
	}
	if len(f.Offered()) == 0 {
		return append(all, field.Of("answered"))
	}
	if f.Kind != field.Choices {
		for _, id := range f.Offered() {
			all = append(all, field.Of(id))
		}
		if len(f.Offered()) == 0 { // it matters only that it was answered
			all = append(all, field.Of("answered"))
		}
		return all
	}
	offered := f.Offered()
	for set := 1; set < 1<<min(len(offered), 16); set++ {
		var list []string
		for i, id := range offered {
			if set&(1<<i) != 0 {
				list = append(list, id)
			}
		}
		if f.Alone == "" || len(list) == 1 || !slices.Contains(list, f.Alone) {
			all = append(all, field.Value{List: list})
		}
	}
	return all
}

// said is a set of answers in words: "how is wait and why is not answered".
func said(fields []field.Field, a field.Answers) string {
	var out []string
	for _, f := range fields {
		v := a[f.ID]
		words := strings.Join(append(v.List, v.Text), " ")
		if v.Empty() {
			words = "not answered"
		}
		out = append(out, f.ID+" is "+strings.TrimSpace(words))
	}
	return strings.Join(out, " and ")
}
