package room

import (
	"slices"

	"heed/internal/access"
	"heed/internal/field"
	"heed/internal/id"
	"heed/internal/process"
	"heed/internal/store"
)

// shown is what this actor sees of a record's steps: the one function for page,
// operation, print view and what happened meanwhile. Whoever may see all of the work
// sees all, and everybody what they did themselves. Others see what the definition
// shows them, and of what it shows to every reader, where it names published states,
// only how each step last stood when the record was last published: nobody reads a draft.
func (d *Desk) shown(tx *store.Tx, a access.Actor, r *Room, s *State, taken []Taken, work bool) []Taken {
	taken = slices.DeleteFunc(taken, func(t Taken) bool { return s.Bars.Hides(a.Person, t.Version) })
	public := published(r, taken)
	var out []Taken
	for i, t := range taken {
		def, err := d.meant(r, d.Directory.KnownIn(tx, s.Org), t.Definition)
		if err != nil {
			if work || t.By == a.Person {
				out = append(out, t)
			}
			continue // nobody knows here what it shows
		}
		info, _ := def.Step(t.Step)
		if work || t.By == a.Person {
			t.Emptied = emptied(info, t.Answers, func([]string) bool { return true })
			out = append(out, t)
			continue
		}
		sees := func(who []string) bool {
			return slices.Contains(who, process.SeesReader) && public[i] || slices.Contains(who, process.SeesRaiser) &&
				s.By == a.Person
		}
		answers := seen(info, t.Answers, sees)
		outcome, _ := info.Outcome(t.Outcome)
		if sees(info.Sees) || len(answers) > 0 || outcome.Tells != "" && s.By == a.Person {
			t.Emptied = emptied(info, t.Answers, sees)
			t.Answers, t.Effect = answers, Effect{}
			out = append(out, t)
		}
	}
	return out
}

// dueTo are the duties of a record that this actor sees: all of them whoever has the
// record, or sees all of the work on it, and others those that the definition shows them.
// What somebody else has still to do on a draft is nothing to its readers.
func (d *Desk) dueTo(tx *store.Tx, a access.Actor, r *Room, s *State, work bool) []process.Due {
	if work || s.Owner == a.Person {
		return s.Due
	}
	def, err := d.meant(r, d.Directory.KnownIn(tx, s.Org), s.Definition)
	if err != nil {
		return nil // nobody knows here what it shows
	}
	var out []process.Due
	for _, x := range s.Due {
		if waitsFor(x, s, a) {
			out = append(out, x)
			continue
		}
		i := slices.IndexFunc(def.Timers, func(t process.Deadline) bool { return t.ID == x.Deadline })
		if i < 0 {
			continue
		}
		who := def.Timers[i].Sees
		if slices.Contains(who, process.SeesReader) || slices.Contains(who, process.SeesRaiser) && s.By == a.Person {
			out = append(out, x)
		}
	}
	return out
}

// seenBy leaves out that it was asked to keep this person from the record, whatever
// became of it. The version is that of the last step that is left, so that it does not
// count the others.
func (s *State) seenBy(p id.Person) State {
	out := *s
	for s.Bars.Hides(p, out.Version) {
		out.Version--
	}
	out.Bars = slices.DeleteFunc(slices.Clone(s.Bars), func(b Bar) bool { return s.Bars.Hides(p, b.Of) })
	return out
}

// seen are the answers that somebody sees: a field says who does, or else its part, or
// else its step.
func seen(info process.StepInfo, answers field.Answers, sees func([]string) bool) field.Answers {
	return seenOf(info.Fields, info.Sees, answers, sees)
}

func seenOf(fields []field.Field, otherwise []string, answers field.Answers, sees func([]string) bool) field.Answers {
	out := field.Answers{}
	for _, f := range fields {
		who := whoSees(f, otherwise)
		v, ok := answers[f.ID]
		switch {
		case !ok:
		case f.Kind == field.Part:
			if part := seenOf(f.Fields, who, v.Part, sees); len(part) > 0 {
				out[f.ID] = field.Value{Part: part}
			}
		case sees(who):
			out[f.ID] = v
		}
	}
	return out
}

func whoSees(f field.Field, otherwise []string) []string {
	if len(f.Sees) > 0 {
		return f.Sees
	}
	return otherwise
}

// emptied are the questions that somebody sees and that a step left empty on purpose: what
// was answered before is kept no more, which has to be said.
func emptied(info process.StepInfo, answers field.Answers, sees func([]string) bool) (out []string) {
	for _, f := range info.Fields {
		if f.Keep && f.Shown(answers) && answers[f.ID].Empty() && sees(whoSees(f, info.Sees)) {
			out = append(out, f.ID)
		}
	}
	return out
}

// published says of each step whether every reader may see it: the last of its kind
// when the record last came into a published state; all of them in a room that names none.
// Of what needs the word of two it is the last to which both said yes: a draft that was
// refused is read by nobody, however the record came back into force.
func published(r *Room, taken []Taken) []bool {
	states := r.Latest().Published
	out := make([]bool, len(taken))
	until := len(taken) - 1
	if len(states) > 0 {
		for until >= 0 && !slices.Contains(states, taken[until].Effect.Stage) {
			until--
		}
	}
	last, agreed := map[process.Step]bool{}, map[process.Step]bool{}
	for i := until; i >= 0; i-- {
		step := taken[i].Step
		if t, ok := r.Latest().Two(func(t process.Two) bool { return t.Second == step }); ok {
			agreed[t.About] = true
		}
		if _, two := r.Latest().Two(func(t process.Two) bool { return t.About == step }); two && !agreed[step] {
			out[i] = len(states) == 0
			continue
		}
		out[i] = len(states) == 0 || !last[step]
		last[step] = true
	}
	return out
}
