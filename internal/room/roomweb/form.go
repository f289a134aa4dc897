package roomweb

import (
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// option is one choice of a field whose choices are not in the definition.
type option struct{ id, label string }

// offers gives the choices of a field that names somebody or something.
type offers func(field.Field) ([]option, error)

// components are a step's fields as a form. A question that is asked only with one
// answer of the question before it stands inside that answer; with more answers, or
// further away, it says so in its hint. Without scripts all of them show.
func components(f *web.Form, fields []field.Field, choose offers) ([]web.Component, error) {
	var out []web.Component
	inside := map[string]bool{}
	for i, x := range fields {
		if inside[x.ID] {
			continue
		}
		if x.Heading != "" {
			out = append(out, nhs.Heading{Text: x.Heading, Level: 2, Size: nhs.SizeM})
		}
		var within map[string]nhs.Group
		if x.Kind == field.Choice || x.Kind == field.YesNo {
			var err error
			if within, err = nested(f, x, fields[i+1:], choose, inside); err != nil {
				return nil, err
			}
		}
		c, err := component(f, x, within, choose)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// nested are the questions that stand inside one answer of x.
func nested(f *web.Form, x field.Field, rest []field.Field, choose offers, inside map[string]bool) (map[string]nhs.Group, error) {
	out := map[string]nhs.Group{}
	for _, y := range rest {
		if len(y.ShownWhen) != 1 || y.ShownWhen[0].Field != x.ID || len(y.ShownWhen[0].Is) != 1 {
			continue
		}
		c, err := component(f, y, nil, choose)
		if err != nil {
			return nil, err
		}
		answer := y.ShownWhen[0].Is[0]
		out[answer] = append(out[answer], c)
		inside[y.ID] = true
	}
	return out, nil
}

func component(f *web.Form, x field.Field, within map[string]nhs.Group, choose offers) (web.Component, error) {
	hint := nhs.Hint{Text: x.Hint}
	label := nhs.Label{Text: x.Ask, Size: nhs.SizeS}
	legend := nhs.Legend{Text: x.Ask, Size: nhs.SizeS}
	switch x.Kind {
	case field.Text:
		return f.CharacterCount(nhs.CharacterCount{Name: x.ID, MaxLength: x.Limit(), Threshold: 75, Rows: rows(x), Label: label, Hint: hint}), nil
	case field.Choice, field.YesNo:
		r := nhs.Radios{Name: x.ID, Legend: legend, Hint: hint}
		for _, id := range x.Offered() {
			item := nhs.Radio{Value: id, Text: x.Label(id)}
			if g := within[id]; len(g) > 0 {
				item.Conditional = g
			}
			r.Items = append(r.Items, item)
		}
		return f.Radios(r), nil
	case field.Choices:
		c := nhs.Checkboxes{Name: x.ID, Legend: legend, Hint: hint}
		for _, id := range x.Offered() {
			box := nhs.Checkbox{Value: id, Text: x.Label(id)}
			if id == x.Alone {
				box.Behaviour = nhs.Exclusive
			}
			c.Items = append(c.Items, box)
		}
		return f.Checkboxes(c), nil
	case field.Day:
		if hint.Text == "" {
			hint.Text = "For example, 27 3 2026"
		}
		return f.Date(x.ID, nhs.DateInput{Legend: legend, Hint: hint}), nil
	case field.Person, field.Team, field.Partner, field.Entry:
		return chosen(f, x, choose, legend, hint)
	}
	return f.Input(nhs.Input{Name: x.ID, Label: label, Hint: hint}), nil
}

// chosen are the radios of a field whose choices depend on who asks.
func chosen(f *web.Form, x field.Field, choose offers, legend nhs.Legend, hint nhs.Hint) (web.Component, error) {
	all, err := choose(x)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nhs.Para("There is nobody to choose for: " + x.Ask), nil
	}
	r := nhs.Radios{Name: x.ID, Legend: legend, Hint: hint}
	for _, o := range all {
		r.Items = append(r.Items, nhs.Radio{Value: o.id, Text: o.label})
	}
	return f.Radios(r), nil
}

func rows(x field.Field) int {
	if x.Limit() <= 1000 {
		return 3
	}
	return 5
}

// answers reads a form. Its rules are field's own: here only the three parts of a
// day are put together, since a page alone has those. Where they make no day, finer
// has the words and the part that field cannot know.
func answers(f *web.Form, fields []field.Field) (out field.Answers, finer map[string]fail.Field) {
	out, finer = field.Answers{}, map[string]fail.Field{}
	for _, x := range fields {
		if x.Kind == field.Day {
			day, wrong := dayOf(f, x)
			out.Set(x.ID, day)
			finer[x.ID] = wrong
			continue
		}
		sent := slices.DeleteFunc(slices.Clone(f.Raw(x.ID, x.What)), func(s string) bool { return s == "" })
		switch {
		case x.Kind == field.Choices || len(sent) > 1:
			if len(sent) > 0 {
				out[x.ID] = field.Value{List: sent}
			}
		case len(sent) == 1:
			out.Set(x.ID, sent[0])
		}
	}
	return out, finer
}

// dayOf puts a day together as it is stored; an empty one is no answer. What makes
// no day is given as it was typed, which field refuses.
func dayOf(f *web.Form, x field.Field) (day string, wrong fail.Field) {
	part := func(p string) string { return strings.Join(f.Raw(x.ID+"-"+p, x.What), " ") }
	typed := []string{part("day"), part("month"), part("year")}
	d, fault := words.ParseDay(x.What, typed[0], typed[1], typed[2])
	switch {
	case fault != nil && fault.Empty():
		return "", fail.Field{Name: x.ID + "-day"}
	case fault != nil:
		return strings.Join(typed, "/"), fail.Field{Name: x.ID + "-" + fault.Part, Words: fault.Words}
	}
	return d.ISO(), fail.Field{Name: x.ID + "-day"}
}

// onPage names the faults of answers as the inputs of the page: a day's belongs to
// the part that is wrong.
func onPage(err error, finer map[string]fail.Field) error {
	all := fail.FieldsOf(err)
	if len(all) == 0 {
		return err
	}
	out := make(fail.Fields, len(all))
	for i, x := range all {
		if part, ok := finer[x.Name]; ok {
			x.Name = part.Name
			if part.Words != "" {
				x.Words = part.Words
			}
		}
		out[i] = x
	}
	return out.Err()
}
