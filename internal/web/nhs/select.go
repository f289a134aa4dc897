package nhs

// Select is a list to choose one from; use it only where radios would be too many.
type Select struct {
	ID          string // the name when empty
	Name        string
	Value       string // the answer given before
	Items       []Option
	Label       Label
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Disabled    bool
	Classes     string
	Attrs       []Attr
	Wrapper     Wrapper
	Group       FormGroup
}

// Option is one entry of a Select; with Divider it is a line between entries.
type Option struct {
	Value    string
	NoValue  bool // the text is the value
	Text     string
	Selected bool
	Disabled bool
	Divider  bool
	Attrs    []Attr
}

// Render writes the list with label, hint and message.
func (s Select) Render(b *Buffer) {
	id := or(s.ID, s.Name)
	describedBy := field{id: id, label: s.Label, hint: s.Hint, err: s.Error, describedBy: s.DescribedBy,
		group: s.Group}.open(b)
	wrapped := s.Group.Before != nil || s.Group.After != nil || s.Wrapper.Classes != "" || s.Wrapper.Attrs != nil
	if wrapped {
		b.Raw(`<div class="nhsuk-input-wrapper`)
		b.More(s.Wrapper.Classes)
		b.Raw(`"`)
		b.attrs(s.Wrapper.Attrs)
		b.Raw(">")
		b.Put(s.Group.Before)
	}
	b.Raw(`<select class="nhsuk-select`)
	if s.Error.marks() {
		b.Raw(" nhsuk-select--error")
	}
	b.More(s.Classes)
	b.Raw(`"`)
	b.Attr("id", id)
	b.Attr("name", s.Name)
	b.Flag("disabled", s.Disabled)
	b.Opt("aria-describedby", describedBy)
	b.attrs(s.Attrs)
	b.Raw(">")
	for _, o := range s.Items {
		o.render(b, s.Value)
	}
	b.Raw("</select>")
	if wrapped {
		b.Put(s.Group.After)
		b.Raw("</div>")
	}
	b.Raw("</div>")
}

func (o Option) render(b *Buffer, chosen string) {
	if o.Divider {
		b.Raw("<hr>")
		return
	}
	value := o.Value
	b.Raw("<option")
	if o.NoValue {
		value = o.Text
	} else {
		b.Attr("value", o.Value)
	}
	b.Flag("selected", o.Selected || chosen != "" && value == chosen)
	b.Flag("disabled", o.Disabled)
	b.attrs(o.Attrs)
	b.Raw(">")
	b.Text(o.Text)
	b.Raw("</option>")
}
