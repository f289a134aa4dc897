package nhs

// Card is a box for one thing.
type Card struct {
	ID             string
	Heading        CardHeading
	Text           string
	Content        Component
	Href           string  // the heading leads there
	Clickable      bool    // the whole card does
	Variant        Variant // Feature, Primary, Secondary, Warning; NonUrgent, Urgent, Emergency with a heading
	Actions        []Action
	ActionsClasses string
	Image          CardImage
	ContentClasses string
	Classes        string
	Attrs          []Attr
}

// CardHeading is the heading of a card; Content replaces the heading element altogether.
type CardHeading struct {
	ID      string
	Text    string
	Content Component
	Hidden  string // words for screen readers before the text
	Caption Caption
	Level   int // 0 means 2
	Size    Size
	Classes string
	Attrs   []Attr
}

// CardImage is a picture at the top of a card.
type CardImage struct {
	Src, Alt string
	Content  Component
}

// Action is a link (Href, no Type) or a button in a card or a row of a summary list.
type Action struct {
	ID      string
	Text    string
	Content Component
	Hidden  string // what is changed: "Change" + "date of birth"
	Href    string
	Type    string
	Name    string
	Value   string
	Classes string
	Attrs   []Attr
}

func (h CardHeading) present() bool { return filled(h.Text, h.Content) }

func (c Card) care() bool {
	return (c.Variant == NonUrgent || c.Variant == Urgent || c.Variant == Emergency) && c.Heading.present()
}

// Render writes the card.
func (c Card) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-card`)
	if c.Clickable {
		b.Raw(" nhsuk-card--clickable")
	}
	switch c.Variant {
	case Feature, Primary, Secondary, Warning:
		b.Raw(" nhsuk-card--")
		b.Raw(markup(c.Variant))
	}
	if c.care() {
		b.Raw(" nhsuk-card--care nhsuk-card--care--")
		b.Raw(markup(c.Variant))
	}
	b.More(c.Classes)
	b.Raw(`"`)
	b.Opt("id", c.ID)
	b.attrs(c.Attrs)
	b.Raw(">")
	c.Image.render(b)
	apart := c.care() || len(c.Actions) > 0
	if apart {
		b.Raw(`<div class="nhsuk-card__heading-container">`)
		c.heading(b)
		c.actions(b)
		b.Raw("</div>")
	}
	b.Raw(`<div class="nhsuk-card__content`)
	b.More(c.ContentClasses)
	b.Raw(`">`)
	if !apart {
		c.heading(b)
	}
	b.paragraphOr("nhsuk-card__description", c.Text, c.Content)
	if c.Variant == Primary {
		b.Put(IconChevronRightCircle)
	}
	b.Raw("</div></div>")
}

func (i CardImage) render(b *Buffer) {
	switch {
	case i.Content != nil && filled("", i.Content):
		b.Put(i.Content)
	case i.Src != "":
		b.Raw(`<img class="nhsuk-card__img"`)
		b.Address("src", i.Src)
		b.Attr("alt", i.Alt)
		b.Raw(">")
	}
}

func (c Card) heading(b *Buffer) {
	if !c.Heading.present() {
		return
	}
	h := c.Heading
	if c.care() && h.Hidden == "" {
		switch c.Variant {
		case Emergency:
			h.Hidden = "Immediate action required"
		case Urgent:
			h.Hidden = "Urgent advice"
		default:
			h.Hidden = "Non-urgent advice"
		}
	}
	if h.Text != "" {
		if h.Level == 0 {
			h.Level = 2
		}
		b.heading(Heading{ID: h.ID, Content: cardWords{c, h}, Caption: h.Caption, Level: h.Level, Size: h.Size,
			Classes: h.Classes, Attrs: h.Attrs},
			headingStyle{class: "nhsuk-card__heading", prefix: "nhsuk-heading-", sizes: allSizes})
	}
	b.Put(h.Content)
	if c.care() {
		b.Raw(`<span class="nhsuk-card--care__arrow" aria-hidden="true"></span>`)
	}
}

// cardWords is what stands within a card's heading.
type cardWords struct {
	card    Card
	heading CardHeading
}

func (w cardWords) Render(b *Buffer) {
	switch {
	case w.card.Href != "" && w.card.Variant != Feature:
		b.Raw(`<a class="nhsuk-card__link"`)
		b.Address("href", w.card.Href)
		b.Raw(">")
		b.Text(w.heading.Text)
		b.Raw("</a>")
	case w.heading.Hidden != "":
		b.Raw(`<span role="text"><span class="nhsuk-u-visually-hidden">`)
		b.Text(w.heading.Hidden)
		b.Raw(`: </span>`)
		b.Text(w.heading.Text)
		b.Raw(`</span>`)
	default:
		b.Text(w.heading.Text)
	}
}

func (c Card) actions(b *Buffer) {
	switch len(c.Actions) {
	case 0:
		return
	case 1:
		b.Raw(`<div class="nhsuk-card__actions`)
		b.More(c.ActionsClasses)
		b.Raw(`">`)
		c.Actions[0].render(b, c.Heading)
		b.Raw("</div>")
		return
	}
	b.Raw(`<ul class="nhsuk-card__actions`)
	b.More(c.ActionsClasses)
	b.Raw(`">`)
	for _, a := range c.Actions {
		b.Raw(`<li class="nhsuk-card__action">`)
		a.render(b, c.Heading)
		b.Raw("</li>")
	}
	b.Raw("</ul>")
}

// render adds the card's heading to what a screen reader hears, since "Change" says nothing by itself.
func (a Action) render(b *Buffer, of CardHeading) {
	link := a.Href != "" && a.Type == ""
	if link {
		b.Raw(`<a class="nhsuk-link`)
	} else {
		b.Raw(`<button class="nhsuk-link`)
	}
	b.More(a.Classes)
	b.Raw(`"`)
	b.Opt("id", a.ID)
	if link {
		b.Address("href", a.Href)
	} else {
		b.Opt("name", a.Name)
		b.Attr("type", or(a.Type, "submit"))
		b.Opt("value", a.Value)
	}
	b.attrs(a.Attrs)
	b.Raw(">")
	b.Words(a.Text, a.Content)
	if a.Hidden != "" || of.present() {
		b.Raw(`<span class="nhsuk-u-visually-hidden">`)
		if a.Hidden != "" {
			b.Raw(" ")
			b.Text(a.Hidden)
		}
		if of.present() {
			b.Raw(" (")
			b.Words(of.Text, of.Content)
			b.Raw(")")
		}
		b.Raw("</span>")
	}
	if link {
		b.Raw("</a>")
	} else {
		b.Raw("</button>")
	}
}

// WarningCallout is a card that must not be overlooked.
type WarningCallout struct {
	ID      string
	Heading CardHeading // "Important" is said before it unless it says so itself; level 3 when 0
	Text    string
	Content Component
	Actions []Action
	Classes string
	Attrs   []Attr
}

// Render writes the callout.
func (w WarningCallout) Render(b *Buffer) {
	h := w.Heading
	if h.Text == "" || saysImportant(h.Text) {
		h.Hidden = ""
	} else {
		h.Hidden = or(h.Hidden, "Important")
	}
	if h.Level == 0 {
		h.Level = 3
	}
	b.Put(Card{ID: w.ID, Heading: h, Text: w.Text, Content: w.Content, Actions: w.Actions, Classes: w.Classes,
		Attrs: w.Attrs, Variant: Warning})
}
