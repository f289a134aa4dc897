package nhs

import (
	"slices"
	"strconv"
)

// Radios asks to choose one. Nothing is chosen beforehand unless Value or an item says so.
type Radios struct {
	ID          string
	Name        string
	IDPrefix    string // the name when empty; the first radio has it as id, so that an error can link there
	Value       string // the answer given before
	Legend      Legend
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Items       []Radio
	Small       bool
	Inline      bool
	Disabled    bool
	Classes     string
	Attrs       []Attr
	Group       FormGroup
}

// Radio is one choice; or, with Divider set, a word between choices ("or").
type Radio struct {
	ID          string
	Value       string
	Text        string
	Content     Component
	Hint        Hint
	Checked     bool
	Disabled    Switch
	Divider     string
	Conditional Component // asked only when this is chosen; without JavaScript it always shows
	Classes     string
	Attrs       []Attr
}

// Render writes the choices with legend, hint and message.
func (r Radios) Render(b *Buffer) {
	prefix := or(r.IDPrefix, r.Name)
	o := choiceGroup{kind: "radios", id: r.ID, prefix: prefix, legend: r.Legend, hint: r.Hint, err: r.Error,
		describedBy: r.DescribedBy,
		small:       r.Small, inline: r.Inline, classes: r.Classes, attrs: r.Attrs, group: r.Group}
	o.open(b)
	for i, item := range r.Items {
		if item.Divider != "" {
			b.Raw(`<div class="nhsuk-radios__divider">`)
			b.Text(item.Divider)
			b.Raw("</div>")
			continue
		}
		id := optionID(item.ID, prefix, i)
		choice{kind: "radios", inputType: "radio", id: id, name: r.Name, value: item.Value, text: item.Text,
			content: item.Content, hint: item.Hint,
			checked:  item.Checked || r.Value != "" && r.Value == item.Value,
			disabled: item.Disabled == On || r.Disabled && item.Disabled != Off,
			cond:     item.Conditional, classes: item.Classes, attrs: item.Attrs}.render(b)
	}
	o.close(b)
}

// Checkboxes asks to choose any number.
type Checkboxes struct {
	ID          string
	Name        string
	IDPrefix    string // the name when empty
	Values      []string
	Legend      Legend // without one, hint and message describe each box
	Hint        Hint
	Error       ErrorMessage
	DescribedBy string
	Items       []Checkbox
	Small       bool
	Inline      bool
	Disabled    bool
	Classes     string
	Attrs       []Attr
	Group       FormGroup
}

// Checkbox is one choice; or, with Divider set, a word between choices.
type Checkbox struct {
	ID             string
	Name           string // the group's when empty
	Value          string
	Text           string
	Content        Component
	Hint           Hint
	Checked        bool
	Disabled       Switch
	Behaviour      Behaviour
	BehaviourGroup string
	Divider        string
	Conditional    Component
	Classes        string
	Attrs          []Attr
}

// Behaviour ties a checkbox to the others of its group; it needs JavaScript, so the server checks again.
type Behaviour string

// The behaviours: None of these (exclusive) and All of these (inclusive, shown with JavaScript only).
const (
	Exclusive Behaviour = "exclusive"
	Inclusive Behaviour = "inclusive"
)

// Render writes the choices with legend, hint and message.
func (c Checkboxes) Render(b *Buffer) {
	prefix := or(c.IDPrefix, c.Name)
	o := choiceGroup{kind: "checkboxes", id: c.ID, prefix: prefix, legend: c.Legend, hint: c.Hint, err: c.Error,
		describedBy: c.DescribedBy,
		small:       c.Small, inline: c.Inline, classes: c.Classes, attrs: c.Attrs, group: c.Group}
	describedBy := o.open(b)
	if o.grouped() {
		describedBy = ""
	}
	for i, item := range c.Items {
		var only markup
		if item.Behaviour == Inclusive {
			only = " nhsuk-u-frontend-not-supported-hidden"
		}
		if item.Divider != "" {
			b.Raw(`<div class="nhsuk-checkboxes__divider`)
			b.Raw(only)
			b.Raw(`">`)
			b.Text(item.Divider)
			b.Raw("</div>")
			continue
		}
		choice{kind: "checkboxes", inputType: "checkbox", id: optionID(item.ID, prefix, i), name: or(item.Name, c.Name),
			value: item.Value,
			text:  item.Text, content: item.Content, hint: item.Hint,
			checked:  item.Checked || slices.Contains(c.Values, item.Value),
			disabled: item.Disabled == On || c.Disabled && item.Disabled != Off,
			cond:     item.Conditional, classes: item.Classes, attrs: item.Attrs, itemClass: only,
			behaviour: item.Behaviour, behaviourGroup: item.BehaviourGroup, describedBy: describedBy}.render(b)
	}
	o.close(b)
}

func optionID(given, prefix string, index int) string {
	switch {
	case given != "":
		return given
	case index == 0:
		return prefix
	}
	return prefix + "-" + strconv.Itoa(index+1)
}

// choiceGroup is what radios and checkboxes have in common.
type choiceGroup struct {
	kind          markup
	id, prefix    string
	legend        Legend
	hint          Hint
	err           ErrorMessage
	describedBy   string
	small, inline bool
	classes       string
	attrs         []Attr
	group         FormGroup
}

func (o choiceGroup) grouped() bool { return filled(o.legend.Text, o.legend.Content) }

func (o choiceGroup) open(b *Buffer) (describedBy string) {
	b.Raw(`<div class="nhsuk-form-group`)
	if o.err.marks() {
		b.Raw(" nhsuk-form-group--error")
	}
	b.More(o.group.Classes)
	b.Raw(`"`)
	b.attrs(o.group.Attrs)
	b.Raw(">")
	describedBy = o.describedBy
	if o.hint.present() {
		o.hint.ID = or(o.hint.ID, o.prefix+"-hint")
		describedBy = join(describedBy, o.hint.ID)
	}
	if o.err.present() {
		o.err.ID = or(o.err.ID, o.prefix+"-error")
		describedBy = join(describedBy, o.err.ID)
	}
	if o.grouped() {
		b.openFieldset(Fieldset{Legend: o.legend, DescribedBy: describedBy})
	}
	b.hintAndError(o.prefix, o.hint, o.err, "")
	b.Raw(`<div class="nhsuk-`)
	b.Raw(o.kind)
	if o.small {
		b.Raw(" nhsuk-")
		b.Raw(o.kind)
		b.Raw("--small")
	}
	if o.inline {
		b.Raw(" nhsuk-")
		b.Raw(o.kind)
		b.Raw("--inline")
	}
	b.More(o.classes)
	b.Raw(`"`)
	b.Opt("id", o.id)
	b.Raw(` data-module="nhsuk-`)
	b.Raw(o.kind)
	b.Raw(`"`)
	b.attrs(o.attrs)
	b.Raw(">")
	b.Put(o.group.Before)
	return describedBy
}

func (o choiceGroup) close(b *Buffer) {
	b.Put(o.group.After)
	b.Raw("</div>")
	if o.grouped() {
		b.Raw("</fieldset>")
	}
	b.Raw("</div>")
}

// choice is one radio or checkbox.
type choice struct {
	kind, inputType   markup
	itemClass         markup
	id, name, value   string
	text              string
	content           Component
	hint              Hint
	checked, disabled bool
	cond              Component
	behaviour         Behaviour
	behaviourGroup    string
	describedBy       string
	classes           string
	attrs             []Attr
}

func (o choice) render(b *Buffer) {
	class := markup("nhsuk-") + o.kind
	hintID := ""
	if o.hint.present() {
		hintID = or(o.hint.ID, o.id+"-item-hint")
		o.hint.ID = hintID
	}
	conditional := o.cond != nil && filled("", o.cond)
	b.Raw(`<div class="` + class + `__item`)
	b.Raw(o.itemClass)
	b.Raw(`"><input class="` + class + `__input`)
	b.More(o.classes)
	b.Raw(`"`)
	b.Attr("id", o.id)
	b.Attr("name", o.name)
	b.Raw(` type="` + o.inputType + `"`)
	b.Attr("value", o.value)
	b.Flag("checked", o.checked)
	b.Flag("disabled", o.disabled)
	b.Opt("data-behaviour", string(o.behaviour))
	b.Opt("data-behaviour-group", o.behaviourGroup)
	if conditional {
		b.Attr("data-aria-controls", "conditional-"+o.id)
	}
	b.Opt("aria-describedby", join(o.describedBy, hintID))
	b.attrs(o.attrs)
	b.Raw(">")
	b.Put(Label{Text: o.text, Content: o.content, For: o.id, Classes: string(class + "__label")})
	if hintID != "" {
		o.hint.render(b, string(class+"__hint"))
	}
	b.Raw("</div>")
	if conditional {
		b.Raw(`<div class="` + class + `__conditional`)
		if !o.checked {
			b.Raw(" " + class + "__conditional--hidden")
		}
		b.Raw(`"`)
		b.Attr("id", "conditional-"+o.id)
		b.Raw(">")
		b.Put(o.cond)
		b.Raw("</div>")
	}
}
