package web

import (
	"strings"

	"heed/internal/web/nhs"
)

// The functions of this file put what was typed, and what is the matter with it,
// into a component: write the component as it asks, and let the form fill it in.
//
//	What: f.Textarea(nhs.Textarea{Name: "what",
//		Label: nhs.Label{Text: "What are you worried about?", PageHeading: true}})

// Input fills in a field of one line.
func (f *Form) Input(c nhs.Input) nhs.Input {
	c.Value, c.Error.Text = f.Value(c.Name), f.Fault(c.Name)
	return c
}

// Textarea fills in a field of several lines.
func (f *Form) Textarea(c nhs.Textarea) nhs.Textarea {
	c.Value, c.Error.Text = f.Value(c.Name), f.Fault(c.Name)
	return c
}

// CharacterCount fills in a field of several lines that counts.
func (f *Form) CharacterCount(c nhs.CharacterCount) nhs.CharacterCount {
	c.Value, c.Error.Text = f.Value(c.Name), f.Fault(c.Name)
	return c
}

// Radios marks the radio that was chosen.
func (f *Form) Radios(c nhs.Radios) nhs.Radios {
	if chosen := f.Chosen(c.Name); len(chosen) > 0 {
		c.Value = chosen[0]
	}
	c.Error.Text = f.Fault(c.Name)
	return c
}

// Select marks the option that was chosen.
func (f *Form) Select(c nhs.Select) nhs.Select {
	if chosen := f.Chosen(c.Name); len(chosen) > 0 {
		c.Value = chosen[0]
	}
	c.Error.Text = f.Fault(c.Name)
	return c
}

// Checkboxes marks the boxes that were ticked.
func (f *Form) Checkboxes(c nhs.Checkboxes) nhs.Checkboxes {
	c.Values, c.Error.Text = f.Chosen(c.Name), f.Fault(c.Name)
	return c
}

// Date makes the three fields that Form.Day reads: name-day, name-month, name-year.
// The month may be written as a word, so its keyboard is not the numeric one.
func (f *Form) Date(name string, c nhs.DateInput) nhs.DateInput {
	c.ID = name
	fault, wrong := f.DayFault(name)
	c.Error.Text = fault
	c.Parts = nil
	for _, p := range [...]struct {
		part, label, mode string
		width             int
	}{{"day", "Day", "numeric", 2}, {"month", "Month", "text", 4}, {"year", "Year", "numeric", 4}} {
		part := nhs.DatePart{ID: name + "-" + p.part, Name: name + "-" + p.part, Label: nhs.Label{Text: p.label},
			Value: f.Value(name + "-" + p.part), Width: p.width, Inputmode: p.mode}
		if wrong == p.part || fault != "" && strings.TrimSpace(part.Value) == "" {
			part.Error = nhs.On
		}
		c.Parts = append(c.Parts, part)
	}
	return c
}
