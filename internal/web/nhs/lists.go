package nhs

import (
	"strconv"
	"strings"
)

func saysImportant(s string) bool {
	return strings.Contains(s, "Important") || strings.Contains(s, "important")
}

// SummaryList shows what was answered, or what is known, a row each.
type SummaryList struct {
	ID              string
	Rows            []SummaryRow
	NoBorder        bool
	NoLastRowBorder bool
	Card            *Card // the list stands in a card
	Classes         string
	Attrs           []Attr
}

// SummaryRow is one answer.
type SummaryRow struct {
	ID             string
	Key            SummaryCell
	Value          SummaryCell
	Actions        []Action
	ActionsWidth   string
	ActionsClasses string
	NoBorder       bool
	Classes        string
	Attrs          []Attr
}

// SummaryCell is the key or the value of a row.
type SummaryCell struct {
	ID      string
	Text    string
	Content Component
	Width   string // of the grid: "one-half", "two-thirds" …
	Classes string
	Attrs   []Attr
}

// Row is a plain row.
func Row(key, value string, actions ...Action) SummaryRow {
	return SummaryRow{Key: SummaryCell{Text: key}, Value: SummaryCell{Text: value}, Actions: actions}
}

// Render writes the list.
func (s SummaryList) Render(b *Buffer) {
	if s.Card != nil {
		card := *s.Card
		card.Content = summaryRows{s}
		b.Put(card)
		return
	}
	summaryRows{s}.Render(b)
}

type summaryRows struct{ list SummaryList }

func (r summaryRows) Render(b *Buffer) {
	s := r.list
	b.Raw(`<dl class="nhsuk-summary-list`)
	switch {
	case s.NoBorder:
		b.Raw(" nhsuk-summary-list--no-border")
	case s.NoLastRowBorder:
		b.Raw(" nhsuk-summary-list--no-last-row-border")
	}
	b.More(s.Classes)
	b.Raw(`"`)
	b.Opt("id", s.ID)
	b.attrs(s.Attrs)
	b.Raw(">")
	three := false // columns, when any row has an action
	for _, row := range s.Rows {
		three = three || len(row.Actions) > 0
	}
	for i, row := range s.Rows {
		b.Raw(`<div class="nhsuk-summary-list__row`)
		if three && len(row.Actions) == 0 {
			b.Raw(" nhsuk-summary-list__row--no-actions")
		}
		if row.NoBorder && !(s.NoLastRowBorder && i == len(s.Rows)-1) {
			b.Raw(" nhsuk-summary-list__row--no-border")
		}
		b.More(row.Classes)
		b.Raw(`"`)
		b.Opt("id", row.ID)
		b.attrs(row.Attrs)
		b.Raw(">")
		row.Key.render(b, "dt", "key")
		row.Value.render(b, "dd", "value")
		row.actions(b, s.Card)
		b.Raw("</div>")
	}
	b.Raw("</dl>")
}

func (c SummaryCell) render(b *Buffer, element, part markup) {
	b.Raw("<" + element + ` class="nhsuk-summary-list__` + part)
	if c.Width != "" {
		b.Raw(" nhsuk-u-width-")
		b.Text(c.Width)
	}
	b.More(c.Classes)
	b.Raw(`"`)
	b.Opt("id", c.ID)
	b.attrs(c.Attrs)
	b.Raw(">")
	b.Words(c.Text, c.Content)
	b.Raw("</" + element + ">")
}

func (r SummaryRow) actions(b *Buffer, card *Card) {
	if len(r.Actions) == 0 {
		return
	}
	var of CardHeading
	if card != nil {
		of = card.Heading
	}
	b.Raw(`<dd class="nhsuk-summary-list__actions`)
	if r.ActionsWidth != "" {
		b.Raw(" nhsuk-u-width-")
		b.Text(r.ActionsWidth)
	}
	b.More(r.ActionsClasses)
	b.Raw(`">`)
	if len(r.Actions) == 1 {
		r.Actions[0].render(b, of)
	} else {
		b.Raw(`<ul class="nhsuk-summary-list__actions-list">`)
		for _, a := range r.Actions {
			b.Raw(`<li class="nhsuk-summary-list__actions-list-item">`)
			a.render(b, of)
			b.Raw("</li>")
		}
		b.Raw("</ul>")
	}
	b.Raw("</dd>")
}

// TaskList is a list of tasks with the state of each.
type TaskList struct {
	ID       string
	IDPrefix string // "task-list" when empty; needed when a page has several
	Items    []Task
	Classes  string
	Attrs    []Attr
}

// Task is one task; without Href it cannot be started yet.
type Task struct {
	Text          string
	Content       Component
	Hidden        string
	Hint          string
	HintContent   Component
	Href          string
	Status        string
	StatusContent Component // a Tag, say
	StatusClasses string
	Number        int // keeps the ids stable when tasks are left out; its place in the list when 0
	TextClasses   string
	Classes       string
	Attrs         []Attr // of the link
}

// Render writes the list.
func (t TaskList) Render(b *Buffer) {
	b.Raw(`<ul class="nhsuk-task-list`)
	b.More(t.Classes)
	b.Raw(`"`)
	b.Opt("id", t.ID)
	b.attrs(t.Attrs)
	b.Raw(">")
	prefix := or(t.IDPrefix, "task-list")
	for i, item := range t.Items {
		if item.Number == 0 {
			item.Number = i + 1
		}
		item.render(b, prefix+"-"+strconv.Itoa(item.Number))
	}
	b.Raw("</ul>")
}

func (t Task) render(b *Buffer, id string) {
	hint := filled(t.Hint, t.HintContent)
	b.Raw(`<li class="nhsuk-task-list__item`)
	if t.Href != "" {
		b.Raw(" nhsuk-task-list__item--with-link")
	}
	b.More(t.Classes)
	b.Raw(`"><div class="nhsuk-task-list__name-and-hint">`)
	style := headingStyle{element: "div"}
	classes := t.TextClasses
	if t.Href != "" {
		classes = join("nhsuk-link", classes)
		style = headingStyle{element: "a", class: "nhsuk-task-list__link", extra: func(b *Buffer) {
			b.Address("href", t.Href)
			describedBy := id + "-status"
			if hint {
				describedBy = id + "-hint " + describedBy
			}
			b.Attr("aria-describedby", describedBy)
		}}
	}
	b.heading(Heading{Text: t.Text, Content: t.Content, Hidden: t.Hidden, Classes: classes, Attrs: t.Attrs}, style)
	if hint {
		b.Raw(`<div class="nhsuk-task-list__hint"`)
		b.Attr("id", id+"-hint")
		b.Raw(">")
		b.Words(t.Hint, t.HintContent)
		b.Raw("</div>")
	}
	b.Raw(`</div><div class="nhsuk-task-list__status`)
	b.More(t.StatusClasses)
	b.Raw(`"`)
	b.Attr("id", id+"-status")
	b.Raw(">")
	b.Words(t.Status, t.StatusContent)
	b.Raw("</div></li>")
}

// Scroll lets something wide, a table, move sideways within the page.
type Scroll struct {
	ID         string
	Text       string
	Content    Component
	LabelledBy string
	Variant    Variant // Reverse
	Classes    string
	Attrs      []Attr
}

// Render writes the box.
func (s Scroll) Render(b *Buffer) {
	b.Raw(`<div class="nhsuk-scroll`)
	if s.Variant == Reverse {
		b.Raw(" nhsuk-scroll--reverse")
	}
	b.More(s.Classes)
	b.Raw(`"`)
	b.Opt("id", s.ID)
	b.Raw(` data-module="nhsuk-scroll"`)
	b.attrs(s.Attrs)
	b.Raw(`><div class="nhsuk-scroll__content" role="region"`)
	b.Opt("aria-labelledby", s.LabelledBy)
	b.Raw(">")
	b.paragraphOr("", s.Text, s.Content)
	b.Raw("</div></div>")
}
