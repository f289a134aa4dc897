package web

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"heed/internal/document"
	"heed/internal/fail"
	"heed/internal/plain"
	"heed/internal/web/words"
)

// Names that the kit itself puts into forms. A form's own fields never begin with "_".
const (
	keyField     = "_key"     // once only: see once.go
	VersionField = "_version" // version of the record that the form changes
	hereField    = "_here"    // the page's address, for what leaves it
	sureField    = "_sure"    // the answer to an interruption
	backField    = "_back"    // where the Back link of a page with a form leads
)

// Limits that hold when an Ask states none. Characters, not bytes.
const (
	lineLimit = 200
	textLimit = 4000
)

// Form reads what was typed and keeps it to be shown again. A handler reads only
// the fields it names; everything else that was sent is not looked at.
//
// On a GET it holds the draft or the record's values (see Default, Draft); after
// a refused POST it holds what was typed, and the faults.
type Form struct {
	typed    url.Values
	defaults url.Values
	posted   bool
	again    bool // typed a moment ago, on the same page, and shown as it was left
	held     bool // typed in an earlier session: the words are shown, nothing is chosen
	faults   fail.Fields
	asked    []asked // in page order
	version  int64
	key      string
	here     string
	files    map[string]*document.File // the documents that came with it
	parts    bool                      // it asks for a document, and is sent in parts
}

type asked struct{ name, what string }

// Form is the request's form: always the same one for one request.
func (q *Request) Form() *Form {
	if q.form == nil {
		q.form = &Form{key: newKey(), here: q.Here()}
	}
	return q.form
}

// Ask is how one thing is asked for.
type Ask struct {
	// What is the phrase that the messages are made of, as it stands in the middle
	// of a sentence: "what you are worried about" gives "Enter what you are worried
	// about" and "What you are worried about must be 4,000 characters or less".
	What string
	// Needed says that an answer must be given.
	Needed bool
	// Max is the most characters; 200 for a line, 4,000 for a text of several lines, when nought.
	Max int
}

func (f *Form) ask(name string, a Ask) (value string, given bool) {
	f.asked = append(f.asked, asked{name, a.What})
	all := f.typed[name]
	if len(all) > 1 {
		f.faults.Add(name, "Enter "+a.What+" only once")
		return "", false
	}
	if len(all) == 0 {
		return "", false
	}
	if fault := words.TextFault(a.What, all[0]); fault != "" {
		f.faults.Add(name, fault)
		return "", false
	}
	return all[0], true
}

// Line reads one line: a name, a place. Space around it is not part of it.
func (f *Form) Line(name string, a Ask) string {
	v, _ := f.ask(name, a)
	v = strings.TrimSpace(v)
	if strings.ContainsAny(v, "\r\n\v\f") {
		f.faults.Add(name, words.Sentence(a.What)+" must be on one line")
		return ""
	}
	return f.limit(name, v, a, lineLimit)
}

// Text reads several lines, and keeps every one as it was typed.
func (f *Form) Text(name string, a Ask) string {
	v, _ := f.ask(name, a)
	return f.limit(name, words.Lines(v), a, textLimit)
}

func (f *Form) limit(name, v string, a Ask, most int) string {
	if a.Max > 0 {
		most = a.Max
	}
	if plain.Blank(v) {
		if a.Needed {
			f.faults.Add(name, "Enter "+a.What)
		}
		return ""
	}
	if words.Length(v) > most {
		f.faults.Add(name, words.Sentence(a.What)+" must be "+words.Number(most)+" characters or less")
		return ""
	}
	return v
}

// Choice reads one of the values that radios or a select offer. "" when nothing was chosen.
func (f *Form) Choice(name string, a Ask, offered ...string) string {
	v, _ := f.ask(name, a)
	if v == "" {
		if a.Needed {
			f.faults.Add(name, "Select "+a.What)
		}
		return ""
	}
	if !slices.Contains(offered, v) {
		f.faults.Add(name, "Select "+a.What)
		return ""
	}
	return v
}

// Choices reads those of the offered values that are ticked, in the order offered.
func (f *Form) Choices(name string, a Ask, offered ...string) []string {
	f.asked = append(f.asked, asked{name, a.What})
	var out []string
	for _, o := range offered {
		if slices.Contains(f.typed[name], o) {
			out = append(out, o)
		}
	}
	for _, v := range f.typed[name] {
		if v != "" && !slices.Contains(offered, v) {
			f.faults.Add(name, "Select "+a.What)
			return nil
		}
	}
	if a.Needed && len(out) == 0 {
		f.faults.Add(name, "Select "+a.What)
	}
	return out
}

// Whole reads a whole number between two limits; 0 when none was given.
func (f *Form) Whole(name string, a Ask, least, most int) int {
	v, _ := f.ask(name, a)
	v = strings.ReplaceAll(plain.Visible(v), ",", "")
	if v == "" {
		if a.Needed {
			f.faults.Add(name, "Enter "+a.What)
		}
		return 0
	}
	n, err := strconv.Atoi(v)
	switch {
	case err != nil:
		f.faults.Add(name, words.Sentence(a.What)+" must be a number")
	case n < least || n > most:
		f.faults.Add(name, words.Sentence(a.What)+" must be between "+words.Number(least)+" and "+words.Number(most))
	default:
		return n
	}
	return 0
}

// NHSNumber reads an NHS number with spaces and dashes as people type it.
func (f *Form) NHSNumber(name string, a Ask) words.NHSNumber {
	v, _ := f.ask(name, a)
	if plain.Blank(v) {
		if a.Needed {
			f.faults.Add(name, "Enter "+a.What)
		}
		return ""
	}
	n, fault := words.ParseNHSNumber(v)
	if fault != "" {
		f.faults.Add(name, fault)
	}
	return n
}

// DayAsk is how a date is asked for.
type DayAsk struct {
	Ask
	// NotAfter is the last day that may be given ("must be today or in the past"); zero for any.
	NotAfter words.Day
	// After is the last day that may not be given ("must be in the future"); zero for any.
	After words.Day
}

// Day reads the three fields name-day, name-month and name-year.
func (f *Form) Day(name string, a DayAsk) words.Day {
	day, _ := f.ask(name+"-day", a.Ask)
	month, _ := f.ask(name+"-month", a.Ask)
	year, _ := f.ask(name+"-year", a.Ask)
	if w, _ := f.DayFault(name); w != "" {
		return words.Day{}
	}
	d, fault := words.ParseDay(a.What, day, month, year)
	switch {
	case fault != nil && fault.Empty():
		if a.Needed {
			f.faults.Add(name+"-day", "Enter "+a.What)
		}
	case fault != nil:
		f.faults.Add(name+"-"+fault.Part, fault.Words)
	case !a.NotAfter.IsZero() && a.NotAfter.Before(d):
		f.faults.Add(name+"-day", words.Sentence(a.What)+" must be today or in the past")
	case !a.After.IsZero() && !a.After.Before(d):
		f.faults.Add(name+"-day", words.Sentence(a.What)+" must be in the future")
	default:
		return d
	}
	return words.Day{}
}

// Add notes a fault of the form's own, in page order.
func (f *Form) Add(name, fault string) { f.faults.Add(name, fault) }

// Err is nil, or the faults as a fail.Bad error: return it, and the page is shown again with them.
func (f *Form) Err() error { return f.faults.Err() }

// Faults are what is wrong so far, in page order.
func (f *Form) Faults() fail.Fields { return f.faults }

// Fault is what is wrong with one field, for the words beside it.
func (f *Form) Fault(name string) string { return f.faults.For(name) }

// DayFault is what is wrong with a date and which of its parts ("day", "month", "year") it is.
func (f *Form) DayFault(name string) (fault, part string) {
	for _, part := range [...]string{"day", "month", "year"} {
		if w := f.faults.For(name + "-" + part); w != "" {
			return w, part
		}
	}
	return "", ""
}

// Default says what the record holds now, for a field that was not typed into
// yet. When the form turns out to be stale the two are shown side by side.
func (f *Form) Default(name string, values ...string) {
	if f.defaults == nil {
		f.defaults = url.Values{}
	}
	f.defaults[name] = values
}

// Value is what a field shows: what was typed, else the draft, else the default.
func (f *Form) Value(name string) string {
	if all := f.Values(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// Values are all values of a field, for checkboxes.
func (f *Form) Values(name string) []string {
	if v, ok := f.typed[name]; ok || f.posted || f.again {
		return v
	}
	return f.defaults[name]
}

// Chosen are the values of radios, boxes or a select: those of Values, but for a
// held form, in which nobody's choice is made for them.
func (f *Form) Chosen(name string) []string {
	if f.held {
		return f.defaults[name]
	}
	return f.Values(name)
}

// Has says whether a field shows this value: is the radio chosen, the box ticked?
func (f *Form) Has(name, value string) bool { return slices.Contains(f.Chosen(name), value) }

// Version says which version of the record the form shows. Hidden carries it along.
func (f *Form) Version(v int64) { f.version = v }

// Expected is the version of the record that the sender saw; 0 when the form carried none.
func (f *Form) Expected() int64 {
	v, err := strconv.ParseInt(f.typed.Get(VersionField), 10, 64)
	if err != nil || v < 0 {
		return 0
	}
	return v
}

// Hidden goes inside every form that posts: it makes sending twice the same as
// sending once, and tells which version of the record was seen.
func (f *Form) Hidden() template.HTML {
	h := `<input type="hidden" name="` + keyField + `" value="` + template.HTMLEscapeString(f.key) + `">`
	if f.here != "" {
		h += `<input type="hidden" name="` + hereField + `" value="` + template.HTMLEscapeString(f.here) + `">`
	}
	if f.version > 0 {
		h += `<input type="hidden" name="` + VersionField + `" value="` + strconv.FormatInt(f.version, 10) + `">`
	}
	return template.HTML(h) //nolint:gosec // escaped
}

// Raw reads a field as it was sent, for questions whose rules stand elsewhere (see
// package field); what is the phrase of its messages.
func (f *Form) Raw(name, what string) []string {
	f.asked = append(f.asked, asked{name, what})
	return f.typed[name]
}

// FormOf is a form with these values, as if somebody had sent it: a draft, which is
// read by the same rules.
func FormOf(typed url.Values) *Form { return &Form{typed: typed, posted: true} }
