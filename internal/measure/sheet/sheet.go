// Package sheet writes tables as CSV and as OpenDocument spreadsheets, by the rules of
// the Analysis Function for spreadsheets that everybody can use.
//
// What it keeps true: a cover sheet, a notes sheet, then one table a sheet, each marked
// as a table, with one header row of unique names and no merged or blank cells; numbers
// stay numbers; nothing is hidden, frozen, filtered or coloured; a text can never become
// a formula. It is handed numbers that may be shown: suppression comes before it.
package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heed/internal/fail"
)

// Cell is a text or a number.
type Cell struct {
	Text   string
	Number float64
	Is     bool // a number
}

// T is a text, N a number; a number that is not available becomes [x].
func T(s string) Cell { return Cell{Text: s} }

// N is a number, [x] when it is not available.
func N(v float64) Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Cell{Text: "[x]"}
	}
	return Cell{Number: v, Is: true}
}

// Parse makes a number of what reads as one in full, else a text.
func Parse(s string) Cell {
	if v, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) &&
		!strings.ContainsAny(s, "xXpP_") {
		return N(v)
	}
	return T(s)
}

func (c Cell) String() string {
	if c.Is {
		return strconv.FormatFloat(c.Number, 'f', -1, 64)
	}
	return c.Text
}

// Table is one sheet. Name is short and unique; Title stands above the table.
type Table struct {
	Name, Title string
	Header      []string
	Rows        [][]Cell
}

// Note is a note that a table mentions as "[note 1]", or a shorthand such as [c].
type Note struct{ Mark, Words string }

// Book is a whole file. Published is the day of the cover and of the file's properties.
type Book struct {
	Title, Author, Contact string
	Published              time.Time
	About                  []string // paragraphs of the cover
	Notes                  []Note
	Tables                 []Table
}

// Shorthand explains the marks that every book may use.
var Shorthand = []Note{
	{"[c]", "confidential: hidden so that no person can be found"},
	{"*", "confidential: 1 to 7, or hidden to protect such a number"},
	{"[x]", "not available"},
	{"[z]", "not applicable"},
	{"[low]", "rounds to 0, is not 0"},
	{"[r]", "revised"},
	{"[p]", "provisional"},
	{"[e]", "estimated"},
	{"[b]", "break in the series"},
}

// limits of a book.
const (
	maxTables = 200
	maxCells  = 2_000_000
)

func (b Book) check() error {
	if b.Title == "" || len(b.Tables) == 0 || len(b.Tables) > maxTables {
		return fail.New(fail.Bad, "a spreadsheet needs a title and 1 to %d tables", maxTables)
	}
	names, cells := map[string]bool{"cover": true, "notes": true}, 0
	for _, t := range b.Tables {
		name := strings.ToLower(t.Name)
		if t.Name == "" || len(t.Name) > 31 || strings.ContainsAny(t.Name, `[]*?:/\'`) || names[name] {
			return fail.New(fail.Bad, "each sheet needs a short name of its own, without [ ] * ? : / \\ '")
		}
		names[name] = true
		if cells += len(t.Header) * (len(t.Rows) + 1); cells > maxCells {
			return fail.New(fail.TooLarge, "more than %d cells: split the spreadsheet", maxCells)
		}
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (t Table) check() error {
	seen := map[string]bool{}
	for _, h := range t.Header {
		if h == "" || seen[h] {
			return fail.New(fail.Bad, "the columns of %s need names of their own", t.Name)
		}
		seen[h] = true
	}
	if len(t.Header) == 0 {
		return fail.New(fail.Bad, "%s has no columns", t.Name)
	}
	for i, r := range t.Rows {
		if len(r) != len(t.Header) {
			return fail.New(fail.Bad, "row %d of %s has another number of cells than the header", i+1, t.Name)
		}
		for j, c := range r {
			if !c.Is && c.Text == "" {
				return fail.New(fail.Bad, "row %d, column %s of %s is blank: write [x] or [z]", i+1, t.Header[j], t.Name)
			}
		}
	}
	return nil
}

// CSV writes one table: UTF-8, one header row. A text that a spreadsheet would take for
// a formula gets an apostrophe in front. Errors: as check of a book.
func CSV(t Table) ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.Write(guard(t.Header)); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	for _, r := range t.Rows {
		row := make([]string, len(r))
		for i, c := range r {
			if row[i] = c.String(); !c.Is {
				row[i] = Guard(row[i])
			}
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("write CSV: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return out.Bytes(), nil
}

func guard(texts []string) []string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = Guard(s)
	}
	return out
}

// Guard keeps a text a text: one that a spreadsheet would take for a formula, also behind
// blanks or in the wide letters of East Asia, gets an apostrophe in front.
func Guard(s string) string {
	t := strings.TrimLeft(s, " \u00A0\n\uFEFF")
	if first, _ := utf8.DecodeRuneInString(t); t != "" && t != "-" && strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
		return "'" + s
	}
	return s
}

// Unguard takes back the apostrophe of Guard, so that what was published is read as it was.
func Unguard(s string) string {
	if t, guarded := strings.CutPrefix(s, "'"); guarded && Guard(t) == s {
		return t
	}
	return s
}

// Metadata is the text file that goes beside a CSV.
func (b Book) Metadata(t Table) []byte {
	var s strings.Builder
	fmt.Fprintf(&s, "Title: %s\nTable: %s\nPublished: %s\nAuthor: %s\nContact: %s\n", b.Title, t.Title,
		b.Published.Format("2 January 2006"), b.Author, b.Contact)
	fmt.Fprintf(&s, "Rows: %d, and one header row. UTF-8.\n", len(t.Rows))
	for _, n := range append(Shorthand[:len(Shorthand):len(Shorthand)], b.Notes...) {
		fmt.Fprintf(&s, "%s: %s\n", n.Mark, n.Words)
	}
	return []byte(s.String())
}

// FileName is a title as a file name: lower case with dashes.
func FileName(title, extension string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() > 80 {
			break
		}
	}
	return strings.Trim(b.String(), "-") + "." + extension
}

// ODS writes the book as an OpenDocument 1.3 spreadsheet. The same book gives the same
// bytes. Errors (fail.Bad, fail.TooLarge): no title or table, a name twice, a blank cell.
func (b Book) ODS() ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	put := func(name, body string, method uint16) error {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			return fmt.Errorf("write spreadsheet: %w", err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			return fmt.Errorf("write spreadsheet: %w", err)
		}
		return nil
	}
	// The type comes first and is not compressed, so that a file looker finds it.
	for _, f := range []struct {
		name, body string
		method     uint16
	}{
		{"mimetype", mimeType, zip.Store},
		{"META-INF/manifest.xml", manifest, zip.Deflate},
		{"meta.xml", b.meta(), zip.Deflate},
		{"styles.xml", styles, zip.Deflate},
		{"content.xml", b.content(), zip.Deflate},
	} {
		if err := put(f.name, f.body, f.method); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("write spreadsheet: %w", err)
	}
	return out.Bytes(), nil
}

func escape(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return html.EscapeString(s)
}
