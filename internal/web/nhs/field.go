package nhs

// FormGroup is the box around a field with its label, hint and message.
type FormGroup struct {
	Before  Component // before the field itself
	After   Component // after the field itself
	Classes string
	Attrs   []Attr
}

// field is what every single field has in common.
type field struct {
	id          string
	label       Label
	hint        Hint
	err         ErrorMessage
	describedBy string
	group       FormGroup
	classLast   markup // class of the component after them
	module      func(b *Buffer)
}

// open writes the box, label, hint and message, and gives back what describes the field.
func (f field) open(b *Buffer) (describedBy string) {
	b.Raw(`<div class="nhsuk-form-group`)
	if f.err.marks() {
		b.Raw(" nhsuk-form-group--error")
	}
	b.More(f.group.Classes)
	b.Raw(f.classLast)
	b.Raw(`"`)
	if f.module != nil {
		f.module(b)
	}
	b.attrs(f.group.Attrs)
	b.Raw(">")
	if f.label.For == "" {
		f.label.For = f.id
	}
	b.Put(f.label)
	return b.hintAndError(f.id, f.hint, f.err, f.describedBy)
}

// hintAndError writes both, each with an id made from the field's, and adds those ids to describedBy.
func (b *Buffer) hintAndError(id string, h Hint, e ErrorMessage, describedBy string) string {
	if h.present() {
		if h.ID == "" {
			h.ID = id + "-hint"
		}
		describedBy = join(describedBy, h.ID)
		b.Put(h)
	}
	if e.present() {
		if e.ID == "" {
			e.ID = id + "-error"
		}
		describedBy = join(describedBy, e.ID)
		b.Put(e)
	}
	return describedBy
}

func join(a, c string) string {
	switch {
	case a == "":
		return c
	case c == "":
		return a
	}
	return a + " " + c
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
