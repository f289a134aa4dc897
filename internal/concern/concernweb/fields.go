package concernweb

import (
	"heed/internal/concern"
	"heed/internal/web"
	"heed/internal/web/nhs"
)

// The fields of a page that asks several related things, for every room whose
// steps belong to a concern.

// Label is the label of a field that is not the page's heading.
func Label(text string) nhs.Label { return nhs.Label{Text: text, Size: nhs.SizeS} }

// Long is a field of several lines that counts.
func Long(f *web.Form, name, words, hint string, rows int) web.Component {
	return f.CharacterCount(nhs.CharacterCount{Name: name, MaxLength: concern.MaxText, Threshold: 75, Rows: rows, Label: Label(words), Hint: nhs.Hint{Text: hint}})
}

// Line is a field of one line.
func Line(f *web.Form, name, words, hint string) web.Component {
	return f.Input(nhs.Input{Name: name, Label: Label(words), Hint: nhs.Hint{Text: hint}})
}

// Choose is a question with the choices of a list.
func Choose(f *web.Form, name, words string, list []concern.Choice) nhs.Radios {
	r := nhs.Radios{Name: name, Legend: nhs.Legend{Text: words, Size: nhs.SizeS}}
	for _, c := range list {
		r.Items = append(r.Items, nhs.Radio{Value: c.ID, Text: c.Label})
	}
	return f.Radios(r)
}

// Boxes is a question to which several choices of a list may be the answer.
func Boxes(f *web.Form, name, words string, list []concern.Choice) nhs.Checkboxes {
	b := nhs.Checkboxes{Name: name, Legend: nhs.Legend{Text: words, Size: nhs.SizeS}, Hint: nhs.Hint{Text: "Select all that apply"}}
	for _, c := range list {
		b.Items = append(b.Items, nhs.Checkbox{Value: c.ID, Text: c.Label})
	}
	return f.Checkboxes(b)
}

// PickAll reads those choices of a list that were ticked.
func PickAll(f *web.Form, name, what string, needed bool, list []concern.Choice) []string {
	return f.Choices(name, web.Ask{What: what, Needed: needed}, ids(list)...)
}

// Pick reads one of a list's choices.
func Pick(f *web.Form, name, what string, needed bool, list []concern.Choice) string {
	return f.Choice(name, web.Ask{What: what, Needed: needed}, ids(list)...)
}

// Day asks for a day in three fields.
func Day(f *web.Form, name, legend string) web.Component {
	return f.Date(name, nhs.DateInput{Legend: nhs.Legend{Text: legend, Size: nhs.SizeS}, Hint: nhs.Hint{Text: "For example, 27 3 2026"}})
}

// ReadDay reads a day that must be given and has come, as it is stored.
func ReadDay(q *web.Request, f *web.Form, name, what string) string {
	d := f.Day(name, web.DayAsk{Ask: web.Ask{What: what, Needed: true}, NotAfter: q.Today()})
	if d.IsZero() {
		return ""
	}
	return d.ISO()
}
