package process

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"heed/internal/field"
)

// label is something that people read, as it was called before and is called now.
type label struct {
	at, id  string // where an overlay says what it is called
	was, is string // was is empty for what was added
	yesNo   bool   // it is a question that is answered yes or no
}

// Mistaken says what in a definition reads as something else does in the one before it, with
// its place in an overlay; or "". A step that is called as another, a state that is called as
// what it is not, or a yes that answers the opposite would have everybody who reads an old
// entry, or makes a new one, say what they do not mean.
func (d *Definition) Mistaken(before *Definition) string {
	for _, set := range d.calledNow(before) {
		for _, x := range set {
			if x.is == x.was {
				continue
			}
			if x.yesNo && x.was != "" {
				return x.at + " words a question anew that is answered yes or no: what was a yes could mean no. Change its " +
					"hint, or ask a question of your own"
			}
			if x.was != "" && turned(x.is, x.was) {
				return fmt.Sprintf("%s makes %q of %q, which is its opposite. Say the same in other words", x.at, x.is, x.was)
			}
			for _, y := range set {
				if y.id != x.id && x.takenFor(y) {
					return fmt.Sprintf("%s makes it read as %q does, which is another. Give it words of its own", x.at,
						or(y.was, y.is))
				}
			}
		}
	}
	return d.yesIsNo(before)
}

// takenFor says whether it reads as another is called, was called, or is named to programs.
func (x label) takenFor(y label) bool {
	is, was, other := spoken(x.is), spoken(x.was), spoken(y.was)
	if is == other || is == spoken(y.is) || is == spoken(y.id) {
		return true
	}
	begins := func(words string) bool { return other != "" && strings.HasPrefix(words+" ", other+" ") }
	return x.was != "" && begins(is) && !begins(was)
}

// spoken are words as they are heard: without signs, and whether large or small.
func spoken(s string) string {
	s = strings.NewReplacer("'", "", "’", "").Replace(strings.ToLower(norm.NFKC.String(s)))
	sign := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return strings.Join(strings.FieldsFunc(s, sign), " ")
}

// denials turn what is said into its opposite; what stands beside them says nothing.
var (
	denials = strings.Fields("no not never none nobody nothing cannot without " +
		"dont doesnt didnt isnt wasnt arent cant wont")
	beside = strings.Fields("do does did is was it to")
)

// turned says whether words are those of before but for a denial.
func turned(is, was string) bool {
	a, an := plainly(is)
	b, bn := plainly(was)
	return an%2 != bn%2 && a != " " && b != " " && (strings.Contains(a, b) || strings.Contains(b, a))
}

// plainly are words without their denials, and how many of those there were.
func plainly(s string) (rest string, denied int) {
	words := strings.Fields(spoken(s))
	rest = " "
	for _, w := range words {
		if slices.Contains(denials, w) {
			denied++
			continue
		}
		for _, begins := range []string{"dis", "un", "non"} {
			if less, cut := strings.CutPrefix(w, begins); cut && len(less) > 3 {
				w, denied = less, denied+1
				break
			}
		}
		if !slices.Contains(beside, w) {
			rest += w + " "
		}
	}
	return rest, denied
}

// calledNow are all that is called something, each set of those that stand side by side.
func (d *Definition) calledNow(before *Definition) (sets [][]label) {
	steps, added := []label(nil), 0
	for _, s := range d.AllSteps {
		was, ok := find(before.AllSteps, s.ID, stepID)
		at := "wording.step." + string(s.ID) + ".label"
		if s.Local {
			added++
			at = fmt.Sprintf("steps[%d].label", added)
			sets = append(sets, calledOutcomes(fmt.Sprintf("steps[%d]", added), s, was))
		}
		if !ok {
			was.Label = ""
		}
		steps = append(steps, label{at: at, id: string(s.ID), was: was.Label, is: s.Label})
		sets = append(sets, calledQuestions(s, was, added))
	}
	var states, timers, facts []label
	for _, s := range d.States {
		was, _ := before.State(s.ID)
		states = append(states, label{at: "wording.state." + string(s.ID) + ".label", id: string(s.ID), was: was.Label,
			is: s.Label})
	}
	for _, t := range d.Timers {
		was, _ := find(before.Timers, t.ID, func(x Deadline) string { return x.ID })
		timers = append(timers, label{at: "wording.deadline." + t.ID + ".label", id: t.ID, was: was.Label, is: t.Label})
	}
	for _, f := range d.Facts {
		was, _ := before.fact(f.ID)
		facts = append(facts, label{at: "facts", id: string(f.ID), was: was.Label, is: f.Label})
	}
	return append(sets, steps, states, timers, facts)
}

func calledOutcomes(at string, s, was StepInfo) (out []label) {
	for i, o := range s.Outcomes {
		before, _ := was.Outcome(o.ID)
		out = append(out, label{at: fmt.Sprintf("%s.outcomes[%d].label", at, i+1), id: o.ID, was: before.Label, is: o.Label})
	}
	return out
}

func calledQuestions(s, was StepInfo, added int) (out []label) {
	own := 0
	for _, f := range s.Fields {
		before, _ := field.Find(was.Fields, f.ID)
		at := fmt.Sprintf("wording.question.%s.%s.ask", s.ID, f.ID)
		if IsLocal(f.ID) {
			own++
			at = fmt.Sprintf("questions.%s[%d].text", s.ID, own)
			if s.Local {
				at = fmt.Sprintf("steps[%d].questions[%d].text", added, own)
			}
		}
		out = append(out, label{at: at, id: f.ID, was: before.Ask, is: f.Ask, yesNo: yesOrNo(f)})
	}
	return out
}

// yesOrNo says whether a question is answered yes or no, whatever stands behind it.
func yesOrNo(f field.Field) bool {
	return f.Kind == field.YesNo || slices.ContainsFunc(f.Choices, func(o field.Option) bool {
		first, _, _ := strings.Cut(spoken(o.Label), " ")
		return first == "yes" || first == "no"
	})
}

// yesIsNo says which word of two begins as one that sends it back does, or the other way
// about: which of them mean yes and which no, the definition says itself.
func (d *Definition) yesIsNo(before *Definition) string {
	verb := func(label string) string { w, _, _ := strings.Cut(spoken(label), " "); return w }
	for _, t := range d.Twos {
		yes, no := []Step{t.First, t.Second}, t.Returns
		for _, side := range [][2][]Step{{yes, no}, {no, yes}} {
			for _, id := range side[0] {
				is, _ := d.Step(id)
				was, _ := before.Step(id)
				for _, other := range side[1] {
					theirs, _ := before.Step(other)
					if is.Label != was.Label && verb(is.Label) == verb(theirs.Label) {
						return fmt.Sprintf("wording.step.%s.label begins as %q does, which says the opposite. "+
							"Begin it with another word", id, theirs.Label)
					}
				}
			}
		}
	}
	return ""
}
