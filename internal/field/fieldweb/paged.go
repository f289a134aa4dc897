package fieldweb

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/process"
	"heed/internal/store"
	"heed/internal/web"
	"heed/internal/web/casework"
	"heed/internal/web/nhs"
	"heed/internal/web/words"
)

// Paged is a step that is answered page by page and kept for whoever answers it until
// all of it is sent. A question that hangs on an answer of another page is asked, or is
// not, when its page is opened.
type Paged struct {
	Info  process.StepInfo
	Draft *web.Draft
	// At is the address of the first page of all: the others lie below it.
	At    string
	World field.World
}

// CheckPage is the last page of a step in pages: its answers, and the button.
const CheckPage = process.PageCheck

// Pages opens a step that is answered from a list of tasks. What was answered is kept
// under a name in which the record does not stand in the clear.
func Pages(q *web.Request, info process.StepInfo, at string, kept field.Answers) (Paged, error) {
	sum := sha256.Sum256([]byte(at))
	d, err := q.Draft("step:" + hex.EncodeToString(sum[:12]))
	return PagesOf(q, info, at, d, kept), err
}

// PagesOf is a step in pages, with the draft that its answers are in.
func PagesOf(q *web.Request, info process.StepInfo, at string, d *web.Draft, kept field.Answers) Paged {
	known := func(field.Field, string) bool { return true } // the desk asks, when it is sent
	return Paged{Info: info, Draft: d, At: at, World: field.World{Today: workday.Of(q.Now()), Known: known, Kept: kept}}
}

// Answers are those that were kept.
func (p Paged) Answers() field.Answers {
	out, _ := Answers(web.FormOf(p.Draft.Values), p.Info.Fields)
	return out
}

// Path is the address of a page.
func (p Paged) Path(i int) string { return p.At + "/" + p.Info.Pages[i].Path }

// Page finds a page by the last part of its address.
func (p Paged) Page(path string) (int, error) {
	i := slices.IndexFunc(p.Info.Pages, func(x process.FormPage) bool { return x.Path == path })
	if i < 0 {
		return 0, fail.New(fail.Missing, "Page not found")
	}
	return i, nil
}

// Asked are the questions of a page that the answers of the other pages leave to ask;
// waits says that one of them is not known yet to be asked.
func (p Paged) Asked(i int) (out []field.Field, waits bool) {
	in, own := p.Answers(), p.Info.On(p.Info.Pages[i])
	for _, x := range own {
		var here []field.Condition
		met := len(x.ShownWhen) == 0
		for _, c := range x.ShownWhen {
			if _, ok := field.Find(own, c.Field); ok {
				here = append(here, c)
				continue
			}
			met = met || c.Holds(in)
			waits = waits || in[c.Field].Empty()
		}
		if met {
			here = nil
		}
		if met || len(here) > 0 {
			x.ShownWhen, x.Heading = here, "" // the page has a title
			out = append(out, x)
		}
	}
	return out, waits
}

// faults are those of one page's answers, beside those of all others.
func (p Paged) faults(i int, in field.Answers) fail.Fields {
	own := p.Info.On(p.Info.Pages[i])
	_, _, all := field.Check(p.Info.Fields, in, p.World)
	return slices.DeleteFunc(all, func(x fail.Field) bool {
		name, _, _ := strings.Cut(x.Name, ".")
		_, ok := field.Find(own, name)
		return !ok
	})
}

// state is how far a page is; "" when it asks nothing after what was answered elsewhere.
func (p Paged) state(i int) casework.Status {
	asked, waits := p.Asked(i)
	switch {
	case waits:
		return casework.CannotStartYet
	case len(asked) == 0:
		return ""
	case !slices.ContainsFunc(Names(asked), p.Draft.Has):
		return casework.NotYetStarted
	case len(p.faults(i, p.Answers())) > 0:
		return casework.InProgress
	}
	return casework.Completed
}

// open is the first page from i on that is still to be answered.
func (p Paged) open(i int) (int, bool) {
	for ; i < len(p.Info.Pages); i++ {
		if s := p.state(i); s != casework.Completed && s != "" {
			return i, true
		}
	}
	return 0, false
}

// Whole says that every page is answered.
func (p Paged) Whole() bool {
	_, open := p.open(0)
	return !open
}

// Tasks is the list of the pages and how far each is.
func (p Paged) Tasks() web.Component {
	var g casework.TaskGroup
	for i, page := range p.Info.Pages {
		if s := p.state(i); s != "" {
			g.Tasks = append(g.Tasks, casework.Task{Text: page.Title, Href: p.Path(i), State: s})
		}
	}
	check := casework.Task{Text: "Check your answers and save", Href: p.At + "/" + CheckPage}
	if !p.Whole() {
		check.State = casework.CannotStartYet
	}
	g.Tasks = append(g.Tasks, check)
	return casework.TaskGroups{Groups: []casework.TaskGroup{g}}
}

// Keep takes what was typed on a page, when it is right, and gives the page that comes next.
func (p Paged) Keep(q *web.Request, i int) (next string, err error) {
	f := q.Form()
	asked, _ := p.Asked(i)
	in, finer := Answers(f, asked)
	all := p.Answers()
	own := p.Info.On(p.Info.Pages[i])
	for _, x := range own {
		delete(all, x.ID)
	}
	maps.Copy(all, in)
	if faults := p.faults(i, all); len(faults) > 0 {
		return "", finer.OnPage(faults.Err())
	}
	keep := Names(own)
	if !p.Draft.Has(web.VersionField) {
		keep = append(keep, web.VersionField)
	}
	if err := q.Add(p.Draft, keep...); err != nil {
		return "", err
	}
	if q.Query("check") != "1" {
		if j, ok := p.open(i + 1); ok && p.state(j) != casework.CannotStartYet {
			return p.Path(j), nil
		}
	}
	if p.Whole() {
		return p.At + "/" + CheckPage, nil
	}
	return p.At, nil
}

// Began is the version of the record on which the first page was kept; 0 when none was.
func (p Paged) Began() int64 {
	n, _ := strconv.ParseInt(p.Draft.Text(web.VersionField), 10, 64)
	return n
}

// Carried are all answers as hidden fields of the page that shows them: what is sent from
// there is what stands there, whatever another window has kept since.
func (p Paged) Carried() (out nhs.Group) {
	for _, name := range Names(p.Info.Fields) {
		for _, v := range p.Draft.Values[name] {
			out = append(out, nhs.HiddenInput{Name: name, Value: v})
		}
	}
	return out
}

// Drop ends the draft, in the commit in which the step is taken, with what was left
// unsent on its pages and those others below its address.
func (p Paged) Drop(q *web.Request, others ...string) func(*store.Tx) error {
	pages := []string{p.At, p.At + "/" + CheckPage}
	for _, x := range others {
		pages = append(pages, p.At+"/"+x)
	}
	for i := range p.Info.Pages {
		pages = append(pages, p.Path(i))
	}
	return q.DropDraft(p.Draft.Name(), pages...)
}

// Row is one question with its answer, and the page that asks it.
type Row struct {
	Field field.Field
	Said  string // "" when nothing was answered
}

// Rows are the questions that are asked with these answers, each with its answer.
func Rows(fields []field.Field, in field.Answers, name field.Namer) (out []Row) {
	for _, x := range fields {
		switch {
		case x.Kind == field.Part:
			out = append(out, Rows(x.Fields, in[x.ID].Part, name)...)
		case x.Shown(in):
			row := Row{Field: x}
			if v := in[x.ID]; !v.Empty() {
				row.Said = x.Words(v, name)
			}
			out = append(out, row)
		}
	}
	return out
}

// Cells are the question, as called calls it, and the answer.
func (r Row) Cells(called string) nhs.SummaryRow {
	value := nhs.SummaryCell{Text: "Not provided"}
	if r.Said != "" {
		value = nhs.SummaryCell{Content: nhs.HTML(words.Typed(r.Said))}
	}
	return nhs.SummaryRow{Key: nhs.SummaryCell{Text: called}, Value: value}
}

// Summary is every answer with a way back to its page. called is what a question is
// called here; name names who and what was chosen.
func (p Paged) Summary(called func(field.Field) string, name field.Namer) nhs.SummaryList {
	var out nhs.SummaryList
	in := p.Answers()
	for i, page := range p.Info.Pages {
		for _, r := range Rows(p.Info.On(page), in, name) {
			row := r.Cells(called(r.Field))
			row.Actions = []nhs.Action{{Text: "Change", Hidden: r.Field.What, Href: p.Path(i) + "?check=1"}}
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}
