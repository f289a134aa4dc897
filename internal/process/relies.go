package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// Reliance says what is due when an item on which a record relies is no longer in force.
type Reliance struct {
	ID    string `json:"id"`
	Field string `json:"field"` // the question that takes from a set: its last answer counts, whichever step asked it
	Due   string `json:"due"`   // what is due: "Decide again: …"
	Days  int    `json:"days"`  // working days
	Owner Role   `json:"owner"`
	Any   bool   `json:"any"`   // as of a deadline
	Again []Step `json:"again"` // steps that meet it besides those that ask the question
	// Clears are facts that rest on the item: they hold no more once it has ended.
	Clears []Fact `json:"clears"`
}

// Ended is the name of the step by which Heed itself writes that something ended, and of
// the duty that this starts.
func (r Reliance) Ended() Step { return Step(r.ID + "_ended") }

// Step is that step.
func (r Reliance) Step(d *Definition) StepInfo {
	const says = "Something that this relies on is no longer in force"
	var from []State
	for _, s := range d.States[1:] { // before it begins a record relies on nothing
		if !s.End {
			from = append(from, s.ID)
		}
	}
	room, _, _ := strings.Cut(d.AllSteps[0].Kind, ".")
	return StepInfo{ID: r.Ended(), Label: says, Kind: room + "." + string(r.Ended()), Done: says,
		Hears: []string{"owner"}, Outcomes: []Outcome{{Label: says, Moves: []Move{{From: from, Clears: r.Clears}}}}}
}

// endings are the steps by which Heed writes that something ended on which a record relies.
func (d *Definition) endings() (out []StepInfo) {
	for _, r := range d.Relies {
		out = append(out, r.Step(d))
	}
	return out
}

// unfounded says whether a step writes that what a decision about sharing rests on has ended.
func (d *Definition) unfounded(step Step) bool {
	r, ok := find(d.Relies, step, Reliance.Ended)
	return ok && slices.ContainsFunc(d.Asking(r.Field), func(id Step) bool {
		s, _ := d.Step(id)
		return s.decides(ToShare)
	})
}

// Asking are the steps that ask a question and keep its answer.
func (d *Definition) Asking(name string) (out []Step) {
	for _, s := range d.AllSteps {
		if f, ok := field.Find(s.Fields, name); ok && f.Keep {
			out = append(out, s.ID)
		}
	}
	return out
}

// Question is the question that a reliance names.
func (r Reliance) Question(d *Definition) field.Field {
	for _, s := range d.AllSteps {
		if f, ok := field.Find(s.Fields, r.Field); ok {
			return f
		}
	}
	return field.Field{}
}

// Words says of an item, named as "reliance/item", what it was and since when it ended.
func (d *Definition) Words(name string) string {
	id, item, _ := strings.Cut(name, "/")
	r, ok := find(d.Relies, id, func(r Reliance) string { return r.ID })
	if !ok {
		return name
	}
	return r.Question(d).Words(field.Value{List: []string{item}, Text: item}, nil)
}

// rely has every question with a set make a duty when an item of it ends.
func (d *Definition) rely() error {
	for i, r := range d.Relies {
		at := fmt.Sprintf("relies[%d] (%s)", i+1, r.ID)
		if fault := r.fault(d); fault != "" {
			return bad(at, fault)
		}
		if fault := d.makes(string(r.Ended())); fault != "" {
			return bad(at, fault)
		}
		until := slices.Concat(d.Asking(r.Field), r.Again)
		if fault := r.unmet(d, until); fault != "" {
			return bad(at, fault)
		}
		t := Deadline{ID: string(r.Ended()), Label: r.Due, Days: r.Days, Owner: r.Owner, Any: r.Any, Evidence: "D",
			From: []string{string(r.Ended())}}
		for _, s := range until {
			t.Until = append(t.Until, string(s))
		}
		d.Timers = append(d.Timers, t)
	}
	for i, s := range d.AllSteps {
		for j, f := range s.Fields {
			n := len(slices.DeleteFunc(slices.Clone(d.Relies), func(r Reliance) bool { return r.Field != f.ID }))
			if f.Set != "" && n != 1 {
				return bad(fmt.Sprintf("steps[%d] (%s).fields[%d] (%s)", i+1, s.ID, j+1, f.ID), `takes from a set: "relies" `+
					"must say once what is due when an item of it ends")
			}
		}
	}
	return nil
}

func (r Reliance) fault(d *Definition) string {
	_, owned := d.Role(r.Owner)
	switch {
	case !isName(r.ID) || r.Due == "" || r.Days < 1 || r.Days > 250:
		return "must have a name, words for what is due, and days from 1 to 250"
	case !owned || r.Owner == Anyone:
		return fmt.Sprintf("is owned by %q: it must be one of the definition's roles, and not anyone", r.Owner)
	case r.Question(d).Set == "":
		return fmt.Sprintf("names the question %q, which no step asks with a set: name one that has a \"set\", or leave "+
			"this out", r.Field)
	}
	for _, s := range d.AllSteps {
		if f, ok := field.Find(s.Fields, r.Field); ok && f.Set != r.Question(d).Set {
			return fmt.Sprintf("is of the question %q, which must take from one set everywhere: %s asks it "+
				"otherwise", r.Field, s.ID)
		}
	}
	for _, f := range r.Clears {
		if _, ok := d.fact(f); !ok {
			return d.NoFact(f)
		}
	}
	for _, id := range r.Again {
		if _, ok := find(d.AllSteps, id, stepID); !ok {
			return d.noStep(string(id))
		}
	}
	return ""
}

// unmet names a state in which the duty could run and nothing would meet it.
func (r Reliance) unmet(d *Definition, until []Step) string {
	var at []State
	add := func(s State) {
		if info, ok := d.State(s); ok && !info.End && !slices.Contains(at, s) {
			at = append(at, s)
		}
	}
	leads := func(s StepInfo, from func(State) bool) {
		for _, m := range s.moves() {
			for _, x := range m.From {
				if from(x) {
					add(State(or(string(m.To), string(x))))
				}
			}
		}
	}
	for _, id := range d.Asking(r.Field) {
		s, _ := d.Step(id)
		leads(s, func(State) bool { return true })
	}
	for n := 0; n < len(at); n++ {
		for _, s := range d.AllSteps {
			leads(s, func(x State) bool { return x == at[n] })
		}
	}
	for _, state := range at {
		if !slices.ContainsFunc(until, func(id Step) bool {
			s, _ := d.Step(id)
			return slices.ContainsFunc(s.moves(), func(m Move) bool { return slices.Contains(m.From, state) })
		}) {
			return fmt.Sprintf("is met by no step at %q: let one that asks the question, or one of again, be taken there", state)
		}
	}
	return ""
}
