package nhs

import "strings"

// Table is a table. Responsive ones stack under 769 pixels, each cell with its heading.
type Table struct {
	ID                string
	Caption           TableCaption
	Head              []HeadCell
	Rows              [][]Cell
	FirstCellIsHeader bool
	Responsive        bool
	Compact           bool
	Striped           bool
	Scroll            bool
	NoBorder          bool
	NoLastRowBorder   bool
	Variant           Variant // Reverse
	Card              *Card   // the table stands in a card
	SortWords         SortWords
	Classes           string
	Attrs             []Attr
}

// TableCaption names the table.
type TableCaption struct {
	ID      string
	Text    string
	Content Component
	Hidden  string // "Column headers are sortable" when empty and they are
	Caption Caption
	Size    Size
	Classes string
	Attrs   []Attr
}

// Order is the way a column is sorted now.
type Order string

// The orders; SortNone can be sorted and is not.
const (
	SortNone   Order = "none"
	Ascending  Order = "ascending"
	Descending Order = "descending"
)

// SortWords replaces the words of sorting in the browser.
type SortWords struct{ Announcement, Ascending, Descending string }

// HeadCell is the head of a column. With Href it sorts on the server; with Sort alone, in the browser.
type HeadCell struct {
	Text     string
	Content  Component
	Hidden   string
	Numeric  bool
	Align    string // "left", "centre" or "right"
	Width    string
	Href     string
	Sort     Order
	SortNext Order
	Colspan  int
	Rowspan  int
	Classes  string
	Attrs    []Attr
	Absent   bool // no head is written; the column's cells have none
}

// Cell is a cell of a row.
type Cell struct {
	Text      string
	Content   Component
	Hidden    string
	Header    string // names the cell in a stacked table when its column has no head
	Format    Format
	Align     string
	Width     string
	Href      string
	SortValue string
	Colspan   int
	Rowspan   int
	Classes   string
	Attrs     []Attr
	Absent    bool // no cell is written, but the column is counted
}

// Format says whether a cell holds a number; empty means as its column.
type Format string

// The formats.
const (
	Numeric Format = "numeric"
	String  Format = "string"
)

// Heads is plain heads of columns.
func Heads(texts ...string) []HeadCell {
	cells := make([]HeadCell, len(texts))
	for i, t := range texts {
		cells[i].Text = t
	}
	return cells
}

// Render writes the table.
func (t Table) Render(b *Buffer) {
	if t.Card != nil {
		card := *t.Card
		card.Content = tableScroll{t}
		b.Put(card)
		return
	}
	tableScroll{t}.Render(b)
}

type tableScroll struct{ t Table }

func (s tableScroll) Render(b *Buffer) {
	t := s.t
	if !t.Scroll {
		t.table(b, t.Caption.ID)
		return
	}
	id := t.Caption.ID
	switch {
	case id != "":
	case t.ID != "":
		id = t.ID + "-caption"
	case t.Caption.Text != "":
		words := []rune(strings.ToLower(strings.ReplaceAll(t.Caption.Text, " ", "-")))
		id = "table-" + string(words[:min(len(words), 40)]) + "-caption"
	}
	b.Put(Scroll{LabelledBy: id, Variant: t.Variant, Content: tableItself{t, id}})
}

type tableItself struct {
	t         Table
	captionID string
}

func (i tableItself) Render(b *Buffer) { i.t.table(b, i.captionID) }

func (t Table) sortable() (sortable, onServer bool) {
	for _, h := range t.Head {
		sortable = sortable || h.Sort != ""
		onServer = onServer || sortable && h.Href != ""
	}
	return sortable, onServer
}

func (t Table) table(b *Buffer, captionID string) {
	sortable, onServer := t.sortable()
	b.Raw(`<table class="nhsuk-table`)
	for _, c := range [...]struct {
		on    bool
		class markup
	}{
		{t.Variant == Reverse, "reverse"}, {t.Compact, "compact"}, {t.Responsive, "responsive"}, {t.NoBorder, "no-border"},
		{t.NoLastRowBorder && !t.NoBorder, "no-last-row-border"}, {sortable, "sortable"}, {t.Striped, "striped"},
	} {
		if c.on {
			b.Raw(" nhsuk-table--")
			b.Raw(c.class)
		}
	}
	b.More(t.Classes)
	b.Raw(`"`)
	b.Opt("id", t.ID)
	if sortable && !onServer {
		b.Raw(` data-module="nhsuk-table"`)
	}
	b.Opt("data-i18n.sort-announcement", t.SortWords.Announcement)
	b.Opt("data-i18n.ascending", t.SortWords.Ascending)
	b.Opt("data-i18n.descending", t.SortWords.Descending)
	t.role(b, ` role="table"`)
	b.attrs(t.Attrs)
	b.Raw(">")
	t.caption(b, captionID, sortable)
	t.head(b, sortable, onServer)
	b.Raw(`<tbody class="nhsuk-table__body">`)
	for _, row := range t.Rows {
		t.row(b, row)
	}
	b.Raw("</tbody></table>")
}

// role restores what stacking takes away: without it a stacked table is no table to a screen reader.
func (t Table) role(b *Buffer, role markup) {
	if t.Responsive {
		b.Raw(role)
	}
}

func (t Table) caption(b *Buffer, id string, sortable bool) {
	c := t.Caption
	hidden := c.Hidden
	if hidden == "" && sortable {
		hidden = "Column headers are sortable"
	}
	if hidden != "" {
		hidden = "(" + hidden + ")"
	}
	b.heading(Heading{ID: id, Text: c.Text, Content: c.Content, Hidden: hidden, Size: c.Size, Caption: c.Caption,
		Classes: c.Classes, Attrs: c.Attrs},
		headingStyle{class: "nhsuk-table__caption", prefix: "nhsuk-table__caption--", sizes: labelSizes, element: "caption"})
}

func (t Table) head(b *Buffer, sortable, onServer bool) {
	if len(t.Head) == 0 {
		return
	}
	b.Raw(`<thead class="nhsuk-table__head"`)
	t.role(b, ` role="rowgroup"`)
	b.Raw(`><tr class="nhsuk-table__row"`)
	t.role(b, ` role="row"`)
	b.Raw(">")
	for _, h := range t.Head {
		if h.Absent {
			continue
		}
		b.Raw("<th")
		cellClass{head: true, numeric: h.Numeric, align: h.Align, width: h.Width, more: h.Classes}.render(b)
		b.Raw(` scope="col"`)
		t.role(b, ` role="columnheader"`)
		t.spans(b, h.Colspan, h.Rowspan)
		if h.Sort != "" && sortable {
			b.Raw(" data-sort")
		}
		if h.SortNext != "" && sortable && !onServer {
			b.Attr("data-sort-next", string(h.SortNext))
		}
		if h.Sort != "" && h.Sort != SortNone {
			b.Attr("aria-sort", string(h.Sort))
		}
		b.attrs(h.Attrs)
		b.Raw(">")
		b.cellLink(h.Href, h.Text, h.Content, h.Hidden)
		b.Raw("</th>")
	}
	b.Raw("</tr></thead>")
}

func (t Table) spans(b *Buffer, colspan, rowspan int) {
	if !t.Responsive {
		b.Int("colspan", colspan)
	}
	b.Int("rowspan", rowspan)
}

func (t Table) row(b *Buffer, row []Cell) {
	b.Raw(`<tr class="nhsuk-table__row"`)
	t.role(b, ` role="row"`)
	b.Raw(">")
	for i, c := range row {
		if c.Absent {
			continue
		}
		var head *HeadCell
		if i < len(t.Head) && !t.Head[i].Absent {
			head = &t.Head[i]
		}
		t.cell(b, c, head, i == 0 && t.FirstCellIsHeader)
	}
	b.Raw("</tr>")
}
