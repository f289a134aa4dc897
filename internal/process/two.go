package process

import (
	"fmt"
	"slices"

	"heed/internal/field"
)

// Two says that something counts by the word of two different people, for the version
// that both saw. It is said once: the definition's own steps ask, say yes, ask for
// changes or change what was asked, and what keeps the two apart follows from it.
type Two struct {
	ID      string `json:"id"`
	About   Step   `json:"about"`   // writes what the words are about
	Text    Fact   `json:"text"`    // holds while something is written to which the two have not answered yet
	Fact    Fact   `json:"fact"`    // holds while one of the two has said yes
	Asks    []Step `json:"asks"`    // whoever takes one of these asks, and hears what becomes of it
	First   Step   `json:"first"`   // the first word
	Second  Step   `json:"second"`  // the second, of somebody else: then it counts
	Returns []Step `json:"returns"` // back to whoever asked, with words: changes asked for, or refused
	Voids   []Step `json:"voids"`   // what the first word was about is another or gone
	Beside  []Step `json:"beside"`  // may be taken between the two words, and changes nothing of what they are about
	Days    int    `json:"days"`    // working days after which a first word alone lapses
	Owner   Role   `json:"owner"`   // who is looked to for the second word
	Waits   string `json:"waits"`   // what is due then: "Approve it as the second of two people"
	Lapsed  string `json:"lapsed"`  // what the record says when it lapses: "The first approval lapsed"
}

// Heed is the role of the program itself: no person has it, and it takes only what lapses.
const Heed Role = "system"

// lapse is the name of the step by which a first word lapses, and of its duty.
func (t Two) lapse() string { return t.ID + "_lapsed" }

// The names that the record gives to whoever asked and whoever gave the first word.
func (t Two) asked() string { return t.ID + "_asked" }
func (t Two) first() string { return t.ID + "_first" }

// Two is what needs the word of two by one of its steps, or by the duty that ends it.
func (d *Definition) Two(is func(Two) bool) (Two, bool) {
	i := slices.IndexFunc(d.Twos, is)
	if i < 0 {
		return Two{}, false
	}
	return d.Twos[i], true
}

// Pairs are the steps that two different people take, one after the other: whoever is named
// by the first may not take the second. Of who is kept from a record the desk says it.
func (d *Definition) Pairs() (out [][2]Step) {
	if d.KeepsFrom() {
		out = [][2]Step{{KeepFrom, ConfirmBar}, {LiftBar, ConfirmBar}}
	}
	for _, s := range d.AllSteps {
		for _, first := range d.AllSteps {
			if first.ID != s.ID && slices.ContainsFunc(first.People, func(n NamedHere) bool {
				return n.From == "actor" && slices.Contains(s.Other, n.As)
			}) {
				out = append(out, [2]Step{first.ID, s.ID})
			}
		}
	}
	return out
}

// IsWord says whether a step is a word of two: it counts for the version that was seen.
func (d *Definition) IsWord(step Step) bool {
	_, ok := d.Two(func(t Two) bool { return t.First == step || t.Second == step })
	return ok
}

// IsWordOf says whether a step is one of the two words of which the first lapses by a duty.
func (d *Definition) IsWordOf(deadline string, step Step) bool {
	_, ok := d.Two(func(t Two) bool { return t.lapse() == deadline && (t.First == step || t.Second == step) })
	return ok
}

// LapseOf is the step that a duty ends in when nobody meets it; ok is false for all others.
func (d *Definition) LapseOf(deadline string) (StepInfo, bool) {
	if t, ok := d.Two(func(t Two) bool { return t.lapse() == deadline }); ok {
		return t.Lapse(d), true
	}
	return StepInfo{}, false
}

// Lapses are the steps that time alone takes, where they are possible now.
func (d *Definition) Lapses(s Status) (out []StepInfo) {
	for _, t := range d.Twos {
		if s.Facts.Has(t.Fact) {
			out = append(out, t.Lapse(d))
		}
	}
	return out
}

// Lapse is the step by which Heed itself writes that a first word counts no more.
func (t Two) Lapse(d *Definition) StepInfo {
	var from []State
	for _, s := range d.States {
		from = append(from, s.ID)
	}
	return StepInfo{ID: Step(t.lapse()), Label: t.Lapsed, Kind: d.Process + "." + t.lapse(), Done: t.Lapsed,
		Forget: []string{t.first()}, Hears: []string{t.first(), t.asked()},
		Outcomes: []Outcome{{Label: t.Lapsed, Moves: []Move{{From: from, Needs: []Fact{t.Fact}, Clears: []Fact{t.Fact}}}}}}
}

// apart has the steps keep the two people apart, and the duty that ends a first word.
func (d *Definition) apart() error {
	for i, t := range d.Twos {
		at := fmt.Sprintf("twos[%d] (%s)", i+1, t.ID)
		if !isName(t.ID) || t.Waits == "" || t.Lapsed == "" || t.Days < 1 || t.Days > 250 || len(t.Asks) == 0 ||
			len(t.Returns) == 0 {
			return bad(at, "must have a name, words for what waits and for what lapsed, days from 1 to 250, and steps that "+
				"ask and that return it")
		}
		if fault := d.makes(t.lapse(), t.asked(), t.first()); fault != "" {
			return bad(at, fault)
		}
		if _, ok := d.fact(t.Fact); !ok {
			return bad(at, d.NoFact(t.Fact))
		}
		if _, ok := d.fact(t.Text); !ok || t.Text == t.Fact || !slices.Contains(slices.Concat(t.Asks, t.Voids), t.About) {
			return bad(at, "must name the step that writes what the words are about, which asks or voids, "+
				"and a fact that holds while it is written")
		}
		ends := slices.Concat(t.Asks, t.Returns, t.Voids, []Step{t.Second})
		for _, step := range append(slices.Clone(ends), t.First) {
			n := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return s.ID == step })
			if n < 0 {
				return bad(at, d.noStep(string(step)))
			}
			if step == t.First && slices.Contains(ends, step) {
				return bad(at, fmt.Sprintf("names the step %q as the first word and once more: name it once", step))
			}
			t.on(&d.AllSteps[n])
		}
		if fault := t.between(d, ends); fault != "" {
			return bad(at, fault)
		}
		until := []string{t.lapse()}
		for _, step := range ends {
			until = append(until, string(step))
		}
		d.Timers = append(d.Timers, Deadline{ID: t.lapse(), Label: t.Waits, Days: t.Days, Owner: t.Owner, Any: true,
			Evidence: "D",
			From:     []string{string(t.First)}, Until: until})
	}
	return nil
}

// Made are the steps that Heed itself takes.
func (d *Definition) Made() (out []StepInfo) {
	for _, t := range d.Twos {
		out = append(out, t.Lapse(d))
	}
	for _, r := range d.Relies {
		out = append(out, r.Step(d))
	}
	return slices.Concat(out, d.unanswered(), d.keptEnough())
}

// makes says that a step and its duty, which Heed itself takes, or what it calls people then, has
// a name that there is already; or "".
func (d *Definition) makes(step string, people ...string) string {
	_, duty := find(d.Timers, step, func(t Deadline) string { return t.ID })
	if _, is := find(d.AllSteps, Step(step), stepID); is || duty {
		return fmt.Sprintf("makes a step and a duty %s, and there is one of that name: give each one of its own", step)
	}
	for _, s := range d.AllSteps {
		for _, n := range s.People {
			if slices.Contains(people, n.As) {
				return fmt.Sprintf("calls somebody %s, and so does the step %s: give each one of its own", n.As, s.ID)
			}
		}
	}
	return ""
}

// between holds that of every step that can be taken between the two words it is said what
// it does to the first: one that was forgotten would change what was said yes to. One that
// goes beside them moves nothing, writes nothing of it and corrects no entry.
func (t Two) between(d *Definition, ends []Step) string {
	at := t.open(d)
	for _, s := range d.AllSteps {
		moves := slices.DeleteFunc(s.moves(), func(m Move) bool {
			return !slices.ContainsFunc(m.From, func(x State) bool { return slices.Contains(at, x) })
		})
		beside := slices.Contains(t.Beside, s.ID)
		switch {
		case KeepsOut(s.ID), TellsRecipients(s.ID): // who may read it changes nothing of what they are about
		case len(moves) == 0 || s.ID == t.First || slices.Contains(ends, s.ID) && !beside:
		case !beside:
			return fmt.Sprintf("says nothing of %s, which can be taken between the two words: "+
				"it must ask, return, void, or go beside them", s.ID)
		case slices.Contains(ends, s.ID),
			slices.ContainsFunc(s.Fields, func(f field.Field) bool { return f.Kind == field.Entry }),
			slices.ContainsFunc(moves, func(m Move) bool { return m.To != "" }):
			return fmt.Sprintf("has %s go beside the two words: it must move nothing, "+
				"and change nothing of what they are about", s.ID)
		}
	}
	return ""
}

// open are the states in which a first word can stand.
func (t Two) open(d *Definition) (at []State) {
	for _, s := range d.AllSteps {
		for _, m := range s.moves() {
			if s.ID == t.First || s.ID == t.Second {
				at = append(at, m.From...)
			}
			if s.ID == t.First && m.To != "" {
				at = append(at, m.To)
			}
		}
	}
	return at
}

// cameBetween says which step that an overlay added can be taken between two words: the
// second would see what the first did not, and count for it.
func (d *Definition) cameBetween() string {
	added := 0
	for _, s := range d.AllSteps {
		if !s.Local {
			continue
		}
		added++
		for _, t := range d.Twos {
			at := t.open(d)
			for _, m := range s.moves() {
				i := slices.IndexFunc(m.From, func(x State) bool { return slices.Contains(at, x) })
				if i >= 0 && !slices.Contains(m.Lacks, t.Fact) {
					return fmt.Sprintf("steps[%d] can be taken at %q between the words of two people, so that the second would "+
						"see what the first did not. Leave out %q, or have the move lack %q", added, d.Label(m.From[i]), m.From[i],
						t.Fact)
				}
			}
		}
	}
	return ""
}

// moves are all that a step can do.
func (s StepInfo) moves() (out []Move) {
	for _, o := range s.Outcomes {
		out = append(out, o.Moves...)
	}
	return out
}

// on is what one of its steps does to the words, and to what they are about: what went back
// has to be written anew before it is asked for again.
func (t Two) on(s *StepInfo) {
	t.words(s)
	for i := range s.Outcomes {
		for j := range s.Outcomes[i].Moves {
			m := &s.Outcomes[i].Moves[j]
			switch {
			case s.ID == t.About:
				m.Sets = append(m.Sets, t.Text)
			case s.ID == t.First || slices.Contains(t.Asks, s.ID):
				m.Needs = append(m.Needs, t.Text)
			case s.ID == t.Second || slices.Contains(t.Returns, s.ID):
				m.Clears = append(m.Clears, t.Text)
			}
		}
	}
}

// words is what one of its steps does to the words.
func (t Two) words(s *StepInfo) {
	change := func(m *Move) { m.Clears = append(m.Clears, t.Fact) }
	switch {
	case s.ID == t.First:
		s.People = append(s.People, NamedHere{As: t.first(), From: "actor"})
		change = func(m *Move) { m.Lacks, m.Sets = append(m.Lacks, t.Fact), append(m.Sets, t.Fact) }
	case s.ID == t.Second:
		s.Other, s.Forget, s.Hears = append(s.Other, t.first()), append(s.Forget, t.first()), append(s.Hears, t.asked())
		change = func(m *Move) { m.Needs, m.Clears = append(m.Needs, t.Fact), append(m.Clears, t.Fact) }
	case slices.Contains(t.Asks, s.ID):
		s.People = append(s.People, NamedHere{As: t.asked(), From: "actor"})
		s.Forget = append(s.Forget, t.first(), t.asked())
	case slices.Contains(t.Returns, s.ID):
		s.Forget, s.Hears = append(s.Forget, t.first()), append(s.Hears, t.asked())
	default:
		s.Forget, s.Hears = append(s.Forget, t.first()), append(s.Hears, t.first())
	}
	for i := range s.Outcomes {
		for j := range s.Outcomes[i].Moves {
			change(&s.Outcomes[i].Moves[j])
		}
	}
}
