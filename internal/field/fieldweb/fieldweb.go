// Package fieldweb is the questions of a form as components of a page, and what was
// typed into them as answers. Rooms and pages of their own use the same.
//
// It keeps true: no rule about an answer stands here; those are field's, so that a
// page and a program are told the same.
package fieldweb

import (
	"slices"
	"strings"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/web"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Option is one choice of a field whose choices are not in the definition.
type Option struct{ ID, Label string }

// Asking is a form that is being asked.
type Asking struct {
	Form *web.Form
	// Offer gives the choices of a field that names somebody or something.
	Offer func(field.Field) ([]Option, error)
	// Kept are the record's kept answers, which narrow some choices; see field.Field.Among.
	Kept field.Answers
	// Today says which items of a set are offered; needed where fields of a definition are asked.
	Today workday.Day
	// Heading makes the one question of a page its heading.
	Heading bool
}

// Components are fields as a form. A question that is asked only with one answer of
// the question before it stands inside that answer; with more answers, or further
// away, it says so in its hint. Without scripts all of them show.
func (a Asking) Components(fields []field.Field) ([]web.Component, error) {
	var out []web.Component
	fields = field.On(fields, a.Today)
	inside := map[string]bool{}
	for i, x := range fields {
		if inside[x.ID] {
			continue
		}
		if x.Heading != "" {
			out = append(out, nhs.Heading{Text: x.Heading, Level: 2, Size: nhs.SizeM})
		}
		if x.Kind == field.Part {
			part, err := a.Components(x.Fields)
			if err != nil {
				return nil, err
			}
			out = append(out, part...)
			continue
		}
		x.Hint = onlyIf(x, fields[:i])
		c, err := a.component(x, fields[i+1:], inside)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// onlyIf is the hint of a question that stands outside the answer on which it hangs:
// it says first when it is asked.
func onlyIf(x field.Field, before []field.Field) string {
	said := only(x, before, "Answer this only if you chose")
	switch {
	case said == "":
		return x.Hint
	case x.Hint == "":
		return said
	}
	return said + ". " + x.Hint
}

// only says after which answers a question is asked; "" when it always is.
func only(x field.Field, before []field.Field, lead string) string {
	var when []string
	for _, c := range x.ShownWhen {
		on, _ := field.Find(before, c.Field)
		for _, is := range c.Is {
			when = append(when, on.Label(is))
		}
	}
	if len(when) == 0 {
		return ""
	}
	return lead + " “" + strings.Join(when, "” or “") + "” above"
}

// nested are the questions that stand inside one answer of x; inside notes them.
func (a Asking) nested(x field.Field, rest []field.Field, inside map[string]bool) (map[string]nhs.Group, error) {
	out := map[string]nhs.Group{}
	if x.Kind != field.Choice && x.Kind != field.YesNo {
		return out, nil
	}
	for i, y := range rest {
		if len(y.ShownWhen) != 1 || y.ShownWhen[0].Field != x.ID || len(y.ShownWhen[0].Is) != 1 || y.Heading != "" ||
			far(x, rest[:i]) {
			continue
		}
		inside[y.ID] = true
		c, err := a.component(y, rest[i+1:], inside)
		if err != nil {
			return nil, err
		}
		answer := y.ShownWhen[0].Is[0]
		out[answer] = append(out[answer], c)
	}
	return out, nil
}

// far says whether a question of its own stands between x and one that hangs on it:
// then that one keeps its place, and says in its hint when it is asked.
func far(x field.Field, between []field.Field) bool {
	return slices.ContainsFunc(between, func(y field.Field) bool { return len(y.ShownWhen) == 0 })
}

func (a Asking) component(x field.Field, rest []field.Field, inside map[string]bool) (web.Component, error) {
	within, err := a.nested(x, rest, inside)
	if err != nil {
		return nil, err
	}
	hint := nhs.Hint{Text: x.Hint}
	label := nhs.Label{Text: x.Ask, Size: nhs.SizeS}
	legend := nhs.Legend{Text: x.Ask, Size: nhs.SizeS}
	if a.Heading {
		label, legend = nhs.Label{Text: x.Ask, PageHeading: true, Size: nhs.SizeL},
			nhs.Legend{Text: x.Ask, PageHeading: true, Size: nhs.SizeL}
	}
	f := a.Form
	switch x.Kind {
	case field.Text:
		if x.Limit() <= shortText {
			return f.Textarea(nhs.Textarea{Name: x.ID, Rows: 3, Label: label, Hint: hint}), nil
		}
		rows := 5
		if a.Heading {
			rows = 8
		}
		return f.CharacterCount(nhs.CharacterCount{Name: x.ID, MaxLength: x.Limit(), Threshold: 75, Rows: rows, Label: label,
			Hint: hint}), nil
	case field.Choice, field.YesNo:
		return f.Radios(a.radios(x, within, legend, hint)), nil
	case field.Choices:
		return f.Checkboxes(boxes(x, legend, hint)), nil
	case field.Day:
		if hint.Text == "" {
			hint.Text = "For example, 27 3 2026"
		}
		return f.Date(x.ID, nhs.DateInput{Legend: legend, Hint: hint}), nil
	case field.Document:
		hint.Text = strings.TrimSpace(hint.Text + " " + documentHint)
		return f.FileUpload(nhs.FileUpload{Name: x.ID, Label: label, Hint: hint}), nil
	case field.Person, field.Team, field.Partner, field.Entry:
		return a.chosen(x, legend, hint)
	}
	return f.Input(input(x, label, hint)), nil
}

// documentHint stands below every question for a document.
const documentHint = "PDF, Word, Excel, OpenDocument, PNG, JPEG or plain text, up to 20\u00a0MB"

// shortText is the most characters of a text that a person can see whole and need not count.
const shortText = 500

// input is one line. Nothing typed about a person is offered again on a shared computer.
func input(x field.Field, label nhs.Label, hint nhs.Hint) nhs.Input {
	in := nhs.Input{Name: x.ID, Label: label, Hint: hint, Autocomplete: "off"}
	switch {
	case x.Kind == field.NHSNumber:
		in.Inputmode, in.Spellcheck, in.Width, in.Code = "numeric", nhs.Off, 20, true
	case x.Max > 0 && x.Max <= 40:
		in.Width = 20
	}
	return in
}

func (a Asking) radios(x field.Field, within map[string]nhs.Group, legend nhs.Legend, hint nhs.Hint) nhs.Radios {
	r := nhs.Radios{Name: x.ID, Legend: legend, Hint: hint}
	for _, id := range x.Offered() {
		if among := a.Kept[x.Among].List; len(among) > 0 && !slices.Contains(among, id) {
			continue
		}
		item := nhs.Radio{Value: id, Text: x.Label(id), Hint: nhs.Hint{Text: x.HintOf(id)}}
		if g := within[id]; len(g) > 0 {
			item.Conditional = g
		}
		r.Items = append(r.Items, item)
	}
	return r
}

func boxes(x field.Field, legend nhs.Legend, hint nhs.Hint) nhs.Checkboxes {
	c := nhs.Checkboxes{Name: x.ID, Legend: legend, Hint: hint}
	for _, id := range x.Offered() {
		box := nhs.Checkbox{Value: id, Text: x.Label(id), Hint: nhs.Hint{Text: x.HintOf(id)}}
		if id == x.Alone {
			c.Items = append(c.Items, nhs.Checkbox{Divider: "or"})
			box.Behaviour = nhs.Exclusive
		}
		c.Items = append(c.Items, box)
	}
	return c
}

// mostRadios is how many choices stand as radios; more are a select.
const mostRadios = 12

// chosen are the choices of a field whose choices depend on who asks.
func (a Asking) chosen(x field.Field, legend nhs.Legend, hint nhs.Hint) (web.Component, error) {
	all, err := a.Offer(x)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nhs.Para("There is nothing to choose from: " + x.Ask), nil
	}
	if x.Kind == field.Entry || len(all) > mostRadios {
		s := nhs.Select{Name: x.ID, Label: nhs.Label{Text: x.Ask, Size: nhs.SizeS}, Hint: hint,
			Items: []nhs.Option{{Text: "Select one"}}}
		for _, o := range all {
			s.Items = append(s.Items, nhs.Option{Value: o.ID, Text: o.Label})
		}
		return a.Form.Select(s), nil
	}
	r := nhs.Radios{Name: x.ID, Legend: legend, Hint: hint}
	for _, o := range all {
		r.Items = append(r.Items, nhs.Radio{Value: o.ID, Text: o.Label})
	}
	return a.Form.Radios(r), nil
}

// Names are the names of the inputs of fields, as a page sends them.
func Names(fields []field.Field) (out []string) {
	for _, x := range fields {
		switch x.Kind {
		case field.Part:
			out = append(out, Names(x.Fields)...)
		case field.Day:
			out = append(out, x.ID+"-day", x.ID+"-month", x.ID+"-year")
		default:
			out = append(out, x.ID)
		}
	}
	return out
}

// Default has a form show answers that were given before, where nothing was typed yet.
func Default(f *web.Form, fields []field.Field, in field.Answers) {
	for _, x := range fields {
		v := in[x.ID]
		switch {
		case v.Empty():
		case x.Kind == field.Part:
			Default(f, x.Fields, v.Part)
		case x.Kind == field.Day:
			for i, part := range []string{"year", "month", "day"} {
				f.Default(x.ID+"-"+part, strings.TrimLeft(strings.Split(v.Text, "-")[i], "0"))
			}
		case len(v.List) > 0:
			f.Default(x.ID, v.List...)
		default:
			f.Default(x.ID, v.Text)
		}
	}
}

// Finer says which input of a page a fault of an answer belongs to, and has words
// where a page alone knows which part of a day is wrong.
type Finer map[string]fail.Field

// Answers reads a form. Its rules are field's own: here only the three parts of a
// day are put together, since a page alone has those. Where they make no day, Finer
// has the words and the part that field cannot know.
func Answers(f *web.Form, fields []field.Field) (field.Answers, Finer) {
	out, finer := field.Answers{}, Finer{}
	for _, x := range fields {
		switch x.Kind {
		case field.Part:
			part, inner := Answers(f, x.Fields)
			if len(part) > 0 {
				out[x.ID] = field.Value{Part: part}
			}
			for _, y := range x.Fields {
				wrong, ok := inner[y.ID]
				if !ok {
					wrong = fail.Field{Name: y.ID}
				}
				finer[x.ID+"."+y.ID] = wrong
			}
		case field.Day:
			day, wrong := dayOf(f, x)
			out.Set(x.ID, day)
			finer[x.ID] = wrong
		case field.Document:
			if sent := f.File(x.ID, x.What); sent != nil {
				out[x.ID] = field.Value{File: sent}
			}
		default:
			if v := typed(f, x); !v.Empty() {
				out[x.ID] = v
			}
		}
	}
	return out, finer
}

func typed(f *web.Form, x field.Field) field.Value {
	sent := slices.DeleteFunc(slices.Clone(f.Raw(x.ID, x.What)), func(s string) bool { return s == "" })
	switch {
	case x.Kind == field.Choices || len(sent) > 1:
		return field.Value{List: sent}
	case len(sent) == 1:
		return field.Of(sent[0])
	}
	return field.Value{}
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

// OnPage names the faults of answers as the inputs of the page: a day's belongs to
// the part that is wrong.
func (finer Finer) OnPage(err error) error {
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
