package sheet

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	mimeType = "application/vnd.oasis.opendocument.spreadsheet"
	prolog   = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	spaces   = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"` +
		` xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"` +
		` xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.3"`

	manifest = prolog +
		`<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">` +
		`<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="` + mimeType + `"/>` +
		`<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>` +
		`<manifest:file-entry manifest:full-path="styles.xml" manifest:media-type="text/xml"/>` +
		`<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>`

	styles = prolog + `<office:document-styles` + spaces + `><office:styles>` +
		`<style:default-style style:family="table-cell"><style:text-properties fo:language="en" fo:country="GB" style:font-name="Arial" fo:font-family="Arial" fo:font-size="12pt"/></style:default-style>` +
		`<style:style style:name="Default" style:family="table-cell"><style:table-cell-properties fo:wrap-option="wrap"/></style:style>` +
		`<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="table-cell" style:parent-style-name="Default"><style:table-cell-properties fo:wrap-option="no-wrap"/><style:text-properties fo:font-size="15pt" fo:font-weight="bold"/></style:style>` +
		`<style:style style:name="Head" style:family="table-cell" style:parent-style-name="Default"><style:text-properties fo:font-weight="bold"/></style:style>` +
		`<style:style style:name="Plain" style:family="table-cell" style:parent-style-name="Default"><style:table-cell-properties fo:wrap-option="no-wrap"/></style:style>` +
		`</office:styles></office:document-styles>`
)

func (b Book) meta() string {
	return prolog + `<office:document-meta` + spaces + `><office:meta><dc:title>` + escape(b.Title) +
		`</dc:title><dc:language>en-GB</dc:language>` +
		`<meta:initial-creator>` + escape(b.Author) + `</meta:initial-creator><dc:creator>` + escape(b.Author) +
		`</dc:creator>` +
		`<dc:date>` + b.Published.UTC().Format("2006-01-02T15:04:05") +
		`</dc:date><meta:generator>Heed</meta:generator></office:meta></office:document-meta>`
}

type writer struct {
	strings.Builder
	ranges []string
}

func (b Book) content() string {
	w := &writer{}
	w.WriteString(prolog + `<office:document-content` + spaces + `><office:automatic-styles>` +
		`<style:style style:name="wide" style:family="table-column"><style:table-column-properties style:column-width="6cm"/></style:style>` +
		`</office:automatic-styles><office:body><office:spreadsheet>`)
	b.cover(w)
	b.notes(w)
	for _, t := range b.Tables {
		title := t.Title
		if title == "" {
			title = t.Name
		}
		w.sheet(t.Name, len(t.Header))
		w.line("Heading_20_1", T(title))
		w.line("Plain", T("This sheet contains one table."))
		w.line("Plain", T("Notes and shorthand are explained in the sheet Notes."))
		w.table(t.Name, 4, t.Header, t.Rows)
		w.WriteString(`</table:table>`)
	}
	w.WriteString(`<table:database-ranges>` + strings.Join(w.ranges, "") +
		`</table:database-ranges></office:spreadsheet></office:body></office:document-content>`)
	return w.String()
}

func (b Book) cover(w *writer) {
	w.sheet("Cover", 1)
	w.line("Heading_20_1", T(b.Title))
	w.line("Plain", T("Published "+b.Published.Format("2 January 2006")))
	if b.Author != "" {
		w.line("Plain", T("Published by "+b.Author))
	}
	if b.Contact != "" {
		w.line("Plain", T("Contact: "+b.Contact))
	}
	for _, s := range b.About {
		w.line("Default", T(s))
	}
	w.line("Head", T("Contents"))
	w.line("Plain", T("Notes: notes and shorthand"))
	for _, t := range b.Tables {
		w.line("Plain", T(t.Name+": "+t.Title))
	}
	w.WriteString(`</table:table>`)
}

func (b Book) notes(w *writer) {
	w.sheet("Notes", 2)
	w.line("Heading_20_1", T("Notes and shorthand"))
	w.line("Plain", T("This sheet contains one table."))
	var rows [][]Cell
	for _, n := range append(Shorthand[:len(Shorthand):len(Shorthand)], b.Notes...) {
		rows = append(rows, []Cell{T(n.Mark), T(n.Words)})
	}
	w.table("Notes", 3, []string{"Mark", "What it means"}, rows)
	w.WriteString(`</table:table>`)
}

func (w *writer) sheet(name string, columns int) {
	fmt.Fprintf(w,
		`<table:table table:name="%s"><table:table-column table:style-name="wide" table:number-columns-repeated="%d"/>`,
		escape(name), columns)
}

func (w *writer) line(style string, cells ...Cell) {
	w.WriteString(`<table:table-row>`)
	for _, c := range cells {
		w.cell(style, c)
	}
	w.WriteString(`</table:table-row>`)
}

func (w *writer) cell(style string, c Cell) {
	if c.Is {
		v := strconv.FormatFloat(c.Number, 'f', -1, 64)
		fmt.Fprintf(w,
			`<table:table-cell table:style-name="%s" office:value-type="float" office:value="%s"><text:p>%s</text:p></table:table-cell>`, style, v, v)
		return
	}
	fmt.Fprintf(w,
		`<table:table-cell table:style-name="%s" office:value-type="string"><text:p>%s</text:p></table:table-cell>`, style,
		escape(c.Text))
}

// table writes a header row and rows from the given row of the sheet on, and marks the
// place as a table.
func (w *writer) table(name string, row int, header []string, rows [][]Cell) {
	heads := make([]Cell, len(header))
	for i, h := range header {
		heads[i] = T(h)
	}
	w.WriteString(`<table:table-header-rows>`)
	w.line("Head", heads...)
	w.WriteString(`</table:table-header-rows>`)
	for _, r := range rows {
		w.line("Default", r...)
	}
	w.ranges = append(w.ranges,
		fmt.Sprintf(`<table:database-range table:name="table_%d" table:target-range-address="'%s'.A%d:'%s'.%s%d" table:contains-header="true"/>`,
			len(w.ranges)+1, escape(name), row, escape(name), column(len(header)), row+len(rows)))
}

// column is the letter of the n-th column.
func column(n int) string {
	s := ""
	for n > 0 {
		n--
		s = string(rune('A'+n%26)) + s
		n /= 26
	}
	return s
}
