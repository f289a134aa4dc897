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

// NotificationBanner tells something that is not about the task of the page; one a page, and none beside an error summary.
type NotificationBanner struct {
	ID               string
	Title            Heading // "Important", or "Success" for Success, when empty; level 2 when 0
	Heading          Heading // level 3 when 0
	HeadingElement   CaptionElement
	Text             string
	Content          Component
	Variant          Variant // Success
	Role             string  // "region", or "alert" for Success, when empty
	DisableAutoFocus Switch
	Classes          string
	Attrs            []Attr
}

// Render writes the banner.
func (n NotificationBanner) Render(b *Buffer) {
	title, role := n.Title, "region"
	title.ID = or(title.ID, "nhsuk-notification-banner-title")
	if !filled(title.Text, title.Content) {
		title.Text = "Important"
		if n.Variant == Success {
			title.Text = "Success"
		}
	}
	if title.Level == 0 {
		title.Level = 2
	}
	if n.Variant == Success {
		role = "alert"
	}
	b.Raw(`<div class="nhsuk-notification-banner`)
	if n.Variant == Success {
		b.Raw(" nhsuk-notification-banner--success")
	}
	b.More(n.Classes)
	b.Raw(`"`)
	b.Opt("id", n.ID)
	b.Raw(` data-module="nhsuk-notification-banner"`)
	b.Switch("data-disable-auto-focus", n.DisableAutoFocus)
	b.Attr("role", or(n.Role, role))
	b.Attr("aria-labelledby", title.ID)
	b.attrs(n.Attrs)
	b.Raw(`><div class="nhsuk-notification-banner__header">`)
	b.heading(title, headingStyle{class: "nhsuk-notification-banner__title"})
	b.Raw(`</div><div class="nhsuk-notification-banner__content">`)
	n.content(b)
	b.Raw(`</div></div>`)
}

func (n NotificationBanner) content(b *Buffer) {
	h := n.Heading
	if h.Level == 0 {
		h.Level = 3
	}
	b.heading(h, headingStyle{class: "nhsuk-notification-banner__heading", element: n.HeadingElement.or("")})
	if filled(h.Text, h.Content) {
		b.paragraphOr("nhsuk-body", n.Text, n.Content)
	} else {
		b.paragraphOr("nhsuk-notification-banner__heading", n.Text, n.Content)
	}
}

// ErrorSummary stands at the top of main and links each error to its field, in page order.
type ErrorSummary struct {
	ID                 string
	Heading            Heading // "There is a problem" when empty
	Text               string
	Content            Component
	Errors             []SummaryError
	DisableAutoFocus   Switch
	Classes            string
	Attrs              []Attr
	NoHeadingByDefault bool // leave an empty heading empty
}

// SummaryError is one error: the same words as beside the field, and the field's anchor.
type SummaryError struct {
	Text    string
	Content Component
	Href    string
	Attrs   []Attr
}

// Render writes the summary.
func (e ErrorSummary) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-error-summary`)
	b.More(e.Classes)
	b.Raw(`"`)
	b.Opt("id", e.ID)
	b.Raw(` data-module="nhsuk-error-summary"`)
	b.Switch("data-disable-auto-focus", e.DisableAutoFocus)
	b.attrs(e.Attrs)
	// The role sits on a child, so that focusing the summary and announcing it do not get in each other's way.
	b.Raw(`><div role="alert">`)
	h := e.Heading
	h.Level = 2
	if !filled(h.Text, h.Content) && !e.NoHeadingByDefault {
		h.Text = "There is a problem"
	}
	b.heading(h, headingStyle{class: "nhsuk-error-summary__heading"})
	b.Raw(`<div class="nhsuk-error-summary__body">`)
	if filled(e.Text, e.Content) {
		b.Raw("<p>")
		b.Words(e.Text, e.Content)
		b.Raw("</p>")
	}
	if len(e.Errors) > 0 {
		b.Raw(`<ul class="nhsuk-list nhsuk-error-summary__list">`)
		for _, x := range e.Errors {
			b.Raw("<li>")
			if x.Href != "" {
				b.Raw("<a")
				b.Address("href", x.Href)
				b.attrs(x.Attrs)
				b.Raw(">")
				b.Words(x.Text, x.Content)
				b.Raw("</a>")
			} else {
				b.Words(x.Text, x.Content)
			}
			b.Raw("</li>")
		}
		b.Raw("</ul>")
	}
	b.Raw("</div></div></div>")
}
