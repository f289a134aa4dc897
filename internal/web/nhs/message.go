package nhs

import (
	"slices"
	"strings"
)

// Panel is the green box of a confirmation, or, as Interruption, the blue one before something rare and hard to undo.
type Panel struct {
	ID      string
	Heading Heading
	Text    string
	Content Component
	Variant Variant // Interruption
	Classes string
	Attrs   []Attr
}

// Render writes the panel.
func (p Panel) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-panel`)
	if p.Variant == Interruption {
		b.Raw(" nhsuk-panel--interruption")
	}
	b.More(p.Classes)
	b.Raw(`"`)
	b.Opt("id", p.ID)
	b.attrs(p.Attrs)
	b.Raw(">")
	b.heading(p.Heading, headingStyle{class: "nhsuk-panel__heading", prefix: "nhsuk-panel__heading--", sizes: panelSizes})
	if filled(p.Text, p.Content) {
		b.Raw(`<div class="nhsuk-panel__body">`)
		b.Words(p.Text, p.Content)
		b.Raw(`</div>`)
	}
	b.Raw("</div>")
}

// InsetText sets words apart from the rest.
type InsetText struct {
	ID      string
	Hidden  string // "Information" when empty
	Text    string
	Content Component
	Classes string
	Attrs   []Attr
}

// Render writes the inset.
func (x InsetText) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-inset-text`)
	b.More(x.Classes)
	b.Raw(`"`)
	b.Opt("id", x.ID)
	b.attrs(x.Attrs)
	b.Raw(`><span class="nhsuk-u-visually-hidden">`)
	b.Text(or(x.Hidden, "Information"))
	b.Raw(`: </span>`)
	b.paragraphOr("", x.Text, x.Content)
	b.Raw("</div>")
}

// paragraphOr writes content as it is, and words as a paragraph.
func (b *Buffer) paragraphOr(class markup, text string, content Component) {
	switch {
	case content != nil && filled("", content):
		b.Put(content)
	case text != "":
		if class == "" {
			b.Raw("<p>")
		} else {
			b.Raw(`<p class="`)
			b.Raw(class)
			b.Raw(`">`)
		}
		b.Text(text)
		b.Raw("</p>")
	}
}

// Details hides words behind a short summary. It works without JavaScript.
type Details struct {
	ID             string
	Summary        string
	SummaryContent Component
	Text           string
	Content        Component
	Open           bool
	Variant        Variant // Reverse
	Classes        string
	Attrs          []Attr
}

// Render writes the details.
func (d Details) Render(b *Buffer) {
	b.Raw(`<details class="nhsuk-details`)
	if d.Variant == Reverse {
		b.Raw(" nhsuk-details--reverse")
	}
	b.More(d.Classes)
	b.Raw(`"`)
	b.Opt("id", d.ID)
	b.attrs(d.Attrs)
	b.Flag("open", d.Open)
	b.Raw(`><summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">`)
	b.Words(d.Summary, d.SummaryContent)
	b.Raw(`</span></summary><div class="nhsuk-details__text">`)
	b.Words(d.Text, d.Content)
	b.Raw(`</div></details>`)
}

// Tag is a state in a word or two. States of Heed come from one list: see casework.Status.
type Tag struct {
	ID       string
	Text     string
	Content  Component
	Colour   Colour
	NoColour bool // no background
	NoBorder bool
	Classes  string
	Attrs    []Attr
}

// Colour is the tint of a tag.
type Colour string

// The tints; a tag without one is blue.
const (
	White     Colour = "white"
	Grey      Colour = "grey"
	Green     Colour = "green"
	AquaGreen Colour = "aqua-green"
	Blue      Colour = "blue"
	Purple    Colour = "purple"
	Pink      Colour = "pink"
	Red       Colour = "red"
	Orange    Colour = "orange"
	Yellow    Colour = "yellow"
)

var colours = [...]Colour{White, Grey, Green, AquaGreen, Blue, Purple, Pink, Red, Orange, Yellow}

func (c Colour) known() bool { return slices.Contains(colours[:], c) }

// coloured says whether a class name sets the colour and so outdoes the field.
func (t Tag) coloured() bool {
	const tint = "nhsuk-tag--"
	_, rest, found := strings.Cut(t.Classes, tint)
	if !found {
		return false
	}
	name, _, _ := strings.Cut(rest, " ")
	return Colour(name).known()
}

// Render writes the tag.
func (t Tag) Render(b *Buffer) {
	b.Raw(`<strong class="nhsuk-tag`)
	if t.Colour.known() && !t.coloured() {
		b.Raw(" nhsuk-tag--")
		b.Raw(markup(t.Colour))
	}
	if t.NoColour {
		b.Raw(" nhsuk-tag--no-colour")
	}
	if t.NoBorder {
		b.Raw(" nhsuk-tag--no-border")
	}
	b.More(t.Classes)
	b.Raw(`"`)
	b.Opt("id", t.ID)
	b.attrs(t.Attrs)
	b.Raw(">")
	b.Words(t.Text, t.Content)
	b.Raw("</strong>")
}
