package casework

import (
	"net/url"
	"strconv"
	"strings"

	"heed/internal/web/nhs"
)

// Param is one answer in an address: a filter, the order, the page.
type Param struct{ Name, Value string }

// query begins an address: the path and answers in their order, up to where the next answer goes.
// Values are from lists, never a name or free text.
func query(path string, params []Param) string {
	var a strings.Builder
	a.WriteString(path)
	a.WriteByte('?')
	for _, p := range params {
		if p.Value == "" {
			continue
		}
		a.WriteString(url.QueryEscape(p.Name))
		a.WriteByte('=')
		a.WriteString(url.QueryEscape(p.Value))
		a.WriteByte('&')
	}
	return a.String()
}

// List is a table of cases: sorted by links in its head, in pages, stacked on a phone.
type List struct {
	Caption string
	Count   string // in words: "14 cases"
	Path    string
	Filters []Param // kept by every link
	Sort    string  // key of the column that orders it
	Down    bool    // in descending order
	Columns []Column
	Rows    [][]nhs.Cell
	Page    int // from 1
	Pages   int
	Empty   EmptyState // shown when there are no rows
}

// Column is one column; with a Key it can be sorted.
type Column struct {
	Key     string
	Text    string
	Hidden  string // instead of Text, for a column of actions
	Numeric bool
}

// names of the answers in an address.
const (
	sortParam  = "sort"
	orderParam = "order"
	pageParam  = "page"
)

// Render writes count, table and pages.
func (l List) Render(b *nhs.Buffer) {
	if len(l.Rows) == 0 {
		b.Put(l.Empty)
		return
	}
	if l.Count != "" {
		b.Put(nhs.Paragraph{Text: l.Count, Classes: "heed-count"})
	}
	t := nhs.Table{Caption: nhs.TableCaption{Text: l.Caption, Size: nhs.SizeM}, Rows: l.Rows, FirstCellIsHeader: true,
		Responsive: true, Classes: "heed-list"}
	t.Head = make([]nhs.HeadCell, len(l.Columns))
	start := query(l.Path, l.Filters)
	for i, c := range l.Columns {
		h := nhs.HeadCell{Text: c.Text, Hidden: c.Hidden, Numeric: c.Numeric}
		if c.Key != "" {
			h.Sort, h.Href = l.sorting(c, start)
		}
		t.Head[i] = h
	}
	b.Put(t)
	if l.Pages > 1 {
		b.Put(l.pagination())
	}
}

// sorting says how a column is ordered now and where its head leads: to the other order, on the first page.
func (l List) sorting(c Column, start string) (nhs.Order, string) {
	now, order := nhs.SortNone, "asc"
	if c.Key == l.Sort {
		now = nhs.Ascending
		if l.Down {
			now = nhs.Descending
		} else {
			order = "desc"
		}
	}
	return now, start + sortParam + "=" + url.QueryEscape(c.Key) + "&" + orderParam + "=" + order
}

func (l List) pagination() nhs.Pagination {
	order := ""
	if l.Sort != "" {
		order = "asc"
		if l.Down {
			order = "desc"
		}
	}
	keep := append(make([]Param, 0, len(l.Filters)+2), l.Filters...)
	return Pages(l.Path, append(keep, Param{sortParam, l.Sort}, Param{orderParam, order}), l.Page, l.Pages)
}

// Pages leads through numbered pages: the first, the last, those beside the current one, and an ellipsis for the rest.
func Pages(path string, keep []Param, page, of int) nhs.Pagination {
	start := query(path, keep) + pageParam + "="
	to := func(n int) string { return start + strconv.Itoa(n) }
	p := nhs.Pagination{Numbered: true, Items: make([]nhs.PageNumber, 0, min(max(of, 0), 7))}
	if page > 1 {
		p.Previous.Href = to(page - 1)
	}
	if page < of {
		p.Next.Href = to(page + 1)
	}
	last := 0
	for n := 1; n <= of; n++ {
		if n != 1 && n != of && (n < page-1 || n > page+1) {
			continue
		}
		switch {
		case n == last+2: // an ellipsis would stand for one page only
			p.Items = append(p.Items, nhs.PageNumber{Number: n - 1, Href: to(n - 1)})
		case n > last+1:
			p.Items = append(p.Items, nhs.PageNumber{Ellipsis: true})
		}
		p.Items = append(p.Items, nhs.PageNumber{Number: n, Href: to(n), Current: n == page})
		last = n
	}
	return p
}

// FilterCard is the form that narrows a list. Chosen filters are links that remove them.
type FilterCard struct {
	Action string // address of the list
	Fields []nhs.Component
	Keep   []Param // the order, which filtering keeps
	Chosen []ChosenFilter
	Clear  string // address without filters
}

// ChosenFilter is one filter in force.
type ChosenFilter struct {
	Kind   string // "Team"
	Text   string // "Ward 4"
	Remove string // address without it
}

// Render writes the form.
func (f FilterCard) Render(b *nhs.Buffer) {
	b.Raw(`<form class="heed-filter" method="get"`)
	b.Address("action", f.Action)
	b.Raw(` aria-labelledby="heed-filter-title" novalidate><h2 class="nhsuk-heading-m heed-filter__title" id="heed-filter-title">Filter</h2>`)
	f.chosen(b)
	for _, p := range f.Keep {
		b.Put(nhs.HiddenInput{Name: p.Name, Value: p.Value})
	}
	apply := nhs.Button{Text: "Apply filters", Variant: nhs.Secondary, Small: true, Classes: "heed-filter__apply"}
	b.Put(apply)
	for _, field := range f.Fields {
		b.Put(field)
	}
	b.Put(apply)
	b.Raw("</form>")
}

func (f FilterCard) chosen(b *nhs.Buffer) {
	if len(f.Chosen) == 0 {
		return
	}
	b.Raw(`<div class="heed-filter__chosen"><h3 class="nhsuk-heading-s heed-filter__subtitle">Chosen filters</h3><ul class="heed-filter__list">`)
	for _, c := range f.Chosen {
		b.Raw(`<li><a class="heed-filter__remove"`)
		b.Address("href", c.Remove)
		b.Raw(">")
		b.Hidden("", "Remove filter ")
		b.Text(c.Kind + ": " + c.Text)
		b.Put(nhs.IconCross)
		b.Raw("</a></li>")
	}
	b.Raw("</ul>")
	if f.Clear != "" {
		b.Put(nhs.Paragraph{Content: nhs.Link{Text: "Clear all filters", Href: f.Clear}})
	}
	b.Raw("</div>")
}

// Filtered puts a filter above a list on a phone, and beside it on a wider screen.
type Filtered struct {
	Filter FilterCard
	List   nhs.Component
}

// Render writes both.
func (f Filtered) Render(b *nhs.Buffer) {
	b.Raw(`<div class="heed-filtered"><div class="heed-filtered__filter">`)
	b.Put(f.Filter)
	b.Raw(`</div><div class="heed-filtered__list">`)
	b.Put(f.List)
	b.Raw("</div></div>")
}
