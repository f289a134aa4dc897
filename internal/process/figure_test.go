package process

import (
	"strings"
	"testing"

	"heed/internal/field"
)

// TestNothingIsCountedByWho: a closed question splits a figure unless its words tell people
// or places of work apart, or it has many answers.
func TestNothingIsCountedByWho(t *testing.T) {
	choice := func(id, ask string, answers ...string) field.Field {
		f := field.Field{ID: id, Kind: field.Choice, Ask: ask, What: "which"}
		for _, a := range answers {
			f.Choices = append(f.Choices, field.Option{ID: a, Label: a})
		}
		return f
	}
	for _, c := range []struct {
		f    field.Field
		says string
	}{
		{choice("how", "How?", "a", "b"), ""},
		{field.Field{ID: "told", Kind: field.YesNo, Ask: "Told?", What: "whether"}, ""},
		{choice("where", "On which ward?", "a", "b"), "ward"},
		{choice("where", "Where?", "ward_4", "ward_5"), "ward"},
		{choice("team", "Which?", "a", "b"), "team"},
		{choice("who", "Which doctor?", "a", "b"), "doctor"},
		{choice("how", "How?", "a", "b", "c", "d", "e", "f", "g", "h", "i"), "more than 8"},
		{field.Field{ID: "who", Kind: field.Person}, "is a person"},
		{field.Field{ID: "which", Kind: field.Team}, "is a team"},
		{field.Field{ID: "many", Kind: field.Choices}, "is a choices"},
		{field.Field{ID: "n", Kind: field.Whole}, "is a whole"},
		{field.Field{ID: "words", Kind: field.Text}, "is a text"},
		{field.Field{ID: "ground", Kind: field.Choice, Set: "lawful_bases"}, "of the set lawful_bases"},
	} {
		d := &Definition{AllSteps: []StepInfo{{ID: "begin", Fields: []field.Field{c.f}}}, Figures: []Figure{
			{ID: "made", Title: "Made", Period: PerMonth, Steps: []string{"begin"}, By: "begin." + c.f.ID}}}
		fault := d.FiguresFault()
		if c.says == "" && fault != "" || !strings.Contains(fault, c.says) || c.says != "" && !strings.HasPrefix(fault,
			"figures[1] (made)") {
			t.Errorf("%s %q: %q", c.f.Kind, c.f.Ask, fault)
		}
	}
}
