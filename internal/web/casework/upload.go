package casework

import (
	"strconv"

	"heed/internal/web/nhs"
)

// UploadReview says what a file would do before anything is done: an import never half-happens.
type UploadReview struct {
	File     string
	New      int
	Already  int // here before, unchanged
	Matches  []CloseMatch
	Problems []RowProblem
	More     int           // problems beyond those listed
	Form     nhs.Component // hidden fields of the form
	Import   string        // address the form is sent to
	Cancel   string
}

// CloseMatch is a row that may be one that is already here; a person decides.
type CloseMatch struct {
	Row  int
	What string
	Href string // side by side
}

// RowProblem is what is the matter with one cell of the file.
type RowProblem struct {
	Row    int
	Column string // "C (Date of training)"
	Words  string // how to put it right
}

// Render writes the review. With problems nothing can be imported: the file is put right and uploaded again.
func (u UploadReview) Render(b *nhs.Buffer) {
	problems := len(u.Problems) + u.More
	b.Put(nhs.SummaryList{Rows: []nhs.SummaryRow{
		nhs.Row("File", u.File), nhs.Row("New rows", number(u.New)), nhs.Row("Already here", number(u.Already)),
		nhs.Row("Close matches to look at", number(len(u.Matches))), nhs.Row("Rows with a problem", number(problems)),
	}})
	if problems > 0 {
		u.problems(b)
		return
	}
	u.matches(b)
	b.Raw(`<form method="post"`)
	b.Address("action", u.Import)
	b.Raw(" novalidate>")
	b.Put(u.Form)
	b.Put(nhs.Button{Text: "Import " + counted(u.New, "row", "rows"), PreventDoubleClick: nhs.On})
	b.Raw("</form>")
	b.Put(nhs.Paragraph{Content: nhs.Link{Text: "Cancel and import nothing", Href: u.Cancel}})
}

func (u UploadReview) problems(b *nhs.Buffer) {
	b.Put(nhs.Heading{Text: "Put these right and upload the file again", Level: 2, Size: nhs.SizeM})
	b.Put(nhs.Para("Nothing has been imported."))
	t := nhs.Table{Caption: nhs.TableCaption{Text: "Problems in the file", Size: nhs.SizeS}, Responsive: true,
		FirstCellIsHeader: true,
		Head:              []nhs.HeadCell{{Text: "Row"}, {Text: "Column"}, {Text: "What to do"}}}
	for _, p := range u.Problems {
		t.Rows = append(t.Rows, []nhs.Cell{{Text: number(p.Row)}, {Text: p.Column}, {Text: p.Words}})
	}
	b.Put(t)
	if u.More > 0 {
		b.Put(nhs.Para("There are " + counted(u.More, "more problem", "more problems") + " like these."))
	}
	b.Put(nhs.Paragraph{Content: nhs.Link{Text: "Upload another file", Href: u.Cancel}})
}

func (u UploadReview) matches(b *nhs.Buffer) {
	if len(u.Matches) == 0 {
		return
	}
	b.Put(nhs.Heading{Text: "Look at these first", Level: 2, Size: nhs.SizeM})
	list := nhs.List{}
	for _, m := range u.Matches {
		list.Items = append(list.Items, nhs.Link{Text: "Row " + number(m.Row) + ": " + m.What, Href: m.Href})
	}
	b.Put(list)
}

// number writes a count with commas: 1,000.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}
