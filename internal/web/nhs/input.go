package nhs

import "strings"

// Input is a field of one line.
type Input struct {
	ID             string // the name when empty
	Name           string
	Type           string // "text" when empty; numbers are text with Inputmode "numeric"
	Value          string
	Label          Label
	Hint           Hint
	Error          ErrorMessage
	DescribedBy    string
	Prefix         Affix
	Suffix         Affix
	Width          int // in characters: 2, 3, 4, 5, 10, 20 or 30
	Large          bool
	Code           bool // digits of equal width, for references and codes
	Inputmode      string
	Spellcheck     Switch
	Autocomplete   string
	Autocapitalize string
	Pattern        string
	Placeholder    string
	Disabled       bool
	Classes        string
	Attrs          []Attr
	Wrapper        Wrapper
	Group          FormGroup
}

// Affix is a unit that stands before or after a field; assistive technology passes over it.
type Affix struct {
	Text    string
	Content Component
	Classes string
	Attrs   []Attr
}

func (a Affix) present() bool { return filled(a.Text, a.Content) }

// Wrapper is the box around a field and what stands beside it.
type Wrapper struct {
	Classes string
	Attrs   []Attr
}

// Render writes the field with its label, hint and message.
func (i Input) Render(b *Buffer) { i.render(b, "", nil) }

// render is shared with the password field, which adds classes and a module to the box.
func (i Input) render(b *Buffer, groupClass markup, module func(*Buffer)) {
	id := or(i.ID, i.Name)
	describedBy := field{id: id, label: i.Label, hint: i.Hint, err: i.Error, describedBy: i.DescribedBy,
		group: i.Group, classLast: groupClass, module: module}.open(b)
	wrapped := i.Prefix.present() || i.Suffix.present() || i.Group.Before != nil || i.Group.After != nil ||
		i.Wrapper.Classes != "" || i.Wrapper.Attrs != nil
	if wrapped {
		b.Raw(`<div class="nhsuk-input-wrapper`)
		if i.Large {
			b.Raw(" nhsuk-input-wrapper--large")
		}
		b.More(i.Wrapper.Classes)
		b.Raw(`"`)
		b.attrs(i.Wrapper.Attrs)
		b.Raw(">")
		b.Put(i.Group.Before)
		b.affix("prefix", i.Prefix)
	}
	i.element(b, id, describedBy)
	if wrapped {
		b.affix("suffix", i.Suffix)
		b.Put(i.Group.After)
		b.Raw("</div>")
	}
	b.Raw("</div>")
}

func (i Input) element(b *Buffer, id, describedBy string) {
	b.Raw(`<input class="nhsuk-input`)
	if i.Large {
		b.Raw(" nhsuk-input--large")
	}
	if i.Code {
		b.Raw(" nhsuk-input--code")
	}
	if i.Error.marks() {
		b.Raw(" nhsuk-input--error")
	}
	const width = "nhsuk-input--width-"
	switch i.Width {
	case 2, 3, 4, 5, 10, 20, 30:
		if !strings.Contains(i.Classes, width) {
			b.Raw(" " + width)
			b.Number(i.Width)
		}
	}
	b.More(i.Classes)
	b.Raw(`"`)
	b.Attr("id", id)
	b.Attr("name", i.Name)
	b.Attr("type", or(i.Type, "text"))
	b.Switch("spellcheck", i.Spellcheck)
	b.Opt("value", i.Value)
	b.Flag("disabled", i.Disabled)
	b.Opt("aria-describedby", describedBy)
	b.Opt("autocomplete", i.Autocomplete)
	b.Opt("autocapitalize", i.Autocapitalize)
	b.Opt("pattern", i.Pattern)
	b.Opt("placeholder", i.Placeholder)
	b.Opt("inputmode", i.Inputmode)
	b.attrs(i.Attrs)
	b.Raw(">")
}

func (b *Buffer) affix(kind markup, a Affix) {
	if !a.present() {
		return
	}
	b.Raw(`<div class="nhsuk-input-wrapper__`)
	b.Raw(kind)
	b.More(a.Classes)
	b.Raw(`" aria-hidden="true"`)
	b.attrs(a.Attrs)
	b.Raw(">")
	b.Words(a.Text, a.Content)
	b.Raw("</div>")
}
