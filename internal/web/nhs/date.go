package nhs

// DateInput asks for a date in three fields of text.
type DateInput struct {
	ID          string
	NamePrefix  string // fields are then named prefix[day] …
	Legend      Legend
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Parts       []DatePart // Day, Month and Year when empty
	Disabled    bool
	Classes     string
	Attrs       []Attr
	Group       FormGroup
}

// DatePart is one field of a date.
type DatePart struct {
	ID             string // from the date's id and the name when empty
	Name           string // "day", "month" or "year", or another
	Value          string
	Label          Label // the name with a capital letter when empty
	Width          int   // 2 when 0; 4 for "year"
	Error          Switch
	Type           string
	Inputmode      string // "numeric" when empty; a month that may be written as a word wants "text"
	Autocomplete   string
	Autocapitalize string
	Pattern        string
	Spellcheck     Switch
	Disabled       Switch
	DescribedBy    string
	Classes        string
	Attrs          []Attr
}

// Date gives the usual three parts with what was typed in each.
func Date(day, month, year string) []DatePart {
	return []DatePart{{Name: "day", Value: day}, {Name: "month", Value: month}, {Name: "year", Value: year}}
}

// Render writes the date with legend, hint and message. With an error, the parts marked
// with Error On are marked, or all three when none is, except those marked Off.
func (d DateInput) Render(b *Buffer) {
	parts := d.Parts
	if len(parts) == 0 {
		parts = Date("", "", "")
	}
	anyMarked := false
	for _, p := range parts {
		anyMarked = anyMarked || p.Error == On
	}
	b.Raw(`<div class="nhsuk-form-group`)
	if d.Error.marks() || anyMarked {
		b.Raw(" nhsuk-form-group--error")
	}
	b.More(d.Group.Classes)
	b.Raw(`"`)
	b.attrs(d.Group.Attrs)
	b.Raw(">")
	describedBy := d.DescribedBy
	if d.Hint.present() {
		describedBy = join(describedBy, or(d.Hint.ID, d.ID+"-hint"))
	}
	if d.Error.present() {
		describedBy = join(describedBy, or(d.Error.ID, d.ID+"-error"))
	}
	grouped := filled(d.Legend.Text, d.Legend.Content)
	if grouped {
		// Without the role some screen readers pass over the description of a fieldset of text fields.
		b.openFieldset(Fieldset{Legend: d.Legend, Role: "group", DescribedBy: describedBy})
	}
	b.hintAndError(d.ID, d.Hint, d.Error, "")
	b.Raw(`<div class="nhsuk-date-input`)
	b.More(d.Classes)
	b.Raw(`"`)
	b.Opt("id", d.ID)
	b.attrs(d.Attrs)
	b.Raw(">")
	b.Put(d.Group.Before)
	for _, p := range parts {
		d.part(b, p, p.Error == On || p.Error != Off && d.Error.marks() && !anyMarked)
	}
	b.Put(d.Group.After)
	b.Raw("</div>")
	if grouped {
		b.Raw("</fieldset>")
	}
	b.Raw("</div>")
}

func (d DateInput) part(b *Buffer, p DatePart, marked bool) {
	label := p.Label
	if !filled(label.Text, label.Content) {
		label.Text = capital(p.Name)
	}
	label.Classes = join("nhsuk-date-input__label", label.Classes)
	width := p.Width
	if width == 0 {
		width = 2
		if p.Name == "year" {
			width = 4
		}
	}
	name := p.Name
	if d.NamePrefix != "" {
		name = d.NamePrefix + "[" + p.Name + "]"
	}
	b.Raw(`<div class="nhsuk-date-input__item">`)
	b.Put(Input{ID: or(p.ID, d.ID+"-"+p.Name), Name: name, Value: p.Value, Type: p.Type, Label: label,
		Error: ErrorMessage{Silent: marked},
		Width: width, Inputmode: or(p.Inputmode, "numeric"), Spellcheck: p.Spellcheck, Autocomplete: p.Autocomplete,
		Autocapitalize: p.Autocapitalize,
		Pattern:        p.Pattern, Disabled: p.Disabled == On || d.Disabled && p.Disabled != Off, DescribedBy: p.DescribedBy,
		Classes: join("nhsuk-date-input__input", p.Classes), Attrs: p.Attrs})
	b.Raw("</div>")
}

// capital writes the first letter large, as the original does for English names.
func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
