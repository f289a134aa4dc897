package field

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"heed/internal/clock/workday"
	"heed/internal/fail"
	"heed/internal/plain"
)

// World is what a check needs besides the answers.
type World struct {
	Today workday.Day
	// Known says whether a person, team, partner, document or entry exists for
	// whoever answers. nil knows nothing.
	Known func(f Field, id string) bool
	Kept  Answers // of the record, for what was chosen before; see Field.Among
}

// Check takes or refuses a set of answers. It gives the answers in the form in
// which they are kept, the faults in the order of the fields, and the names of
// answers to questions that are not asked (unknown, or hidden by an earlier
// answer), which are not kept: a page leaves them out, a program is told of them.
func Check(fields []Field, in Answers, w World) (kept Answers, unasked []string, faults fail.Fields) {
	kept = Answers{}
	check(fields, in, w, "", kept, &unasked, &faults)
	kept.number(new(int))
	return kept, unasked, faults
}

func check(fields []Field, in Answers, w World, prefix string, kept Answers, unasked *[]string, faults *fail.Fields) {
	asked := map[string]bool{}
	for _, f := range On(fields, w.Today) {
		if !f.Shown(kept) {
			continue
		}
		asked[f.ID] = true
		name := prefix + f.ID
		switch f.Kind {
		case Group:
			f.checkGroup(in[f.ID], w, name, kept, unasked, faults)
			continue
		case Part:
			f.checkPart(in[f.ID], w, name, kept, unasked, faults)
			continue
		}
		v, fault := f.take(in[f.ID], w)
		switch {
		case fault != "":
			faults.Add(name, fault)
		case v.Empty() && f.Must(kept):
			faults.Add(name, f.missing())
		case !v.Empty():
			kept[f.ID] = v
		}
	}
	for _, f := range fields {
		f.Evidence.check(fields, kept, prefix, faults)
	}
	for _, name := range in.Names() {
		if !asked[name] && !in[name].Empty() {
			*unasked = append(*unasked, prefix+name)
		}
	}
}

// check holds a piece of evidence to its own days: it does not end before it begins.
func (e Evidence) check(fields []Field, kept Answers, prefix string, faults *fail.Fields) {
	if e.Until == "" {
		return
	}
	for _, from := range []string{e.Day, e.From} {
		if first, last := kept.Get(from), kept.Get(e.Until); first != "" && last != "" && last < first { // as YYYY-MM-DD
			until, _ := Find(fields, e.Until)
			begins, _ := Find(fields, from)
			faults.Add(prefix+e.Until, plain.Capital(until.What)+" must be the same as or after "+begins.What)
		}
	}
}

func (f Field) checkPart(v Value, w World, name string, kept Answers, unasked *[]string, faults *fail.Fields) {
	if v.Text != "" || v.Bare != "" || len(v.List)+len(v.Group) > 0 || v.File != nil {
		faults.Add(name, plain.Capital(f.What)+" must be given with the names of its parts")
		return
	}
	part := Answers{}
	check(f.Fields, v.Part, w, name+".", part, unasked, faults)
	if len(part) > 0 {
		kept[f.ID] = Value{Part: part}
	}
}

func (f Field) checkGroup(v Value, w World, name string, kept Answers, unasked *[]string, faults *fail.Fields) {
	if v.Text != "" || v.Bare != "" || len(v.List)+len(v.Part) > 0 || v.File != nil {
		faults.Add(name, plain.Capital(f.What)+" must be given one by one")
		return
	}
	most := f.Max
	if most == 0 {
		most = MaxGroups
	}
	if len(v.Group) > most {
		faults.Add(name, plain.Capital(f.What)+" must be "+plain.Number(most)+" or fewer")
		return
	}
	var all []Answers
	for i, one := range v.Group {
		part := Answers{}
		check(f.Fields, one, w, name+"."+strconv.Itoa(i)+".", part, unasked, faults)
		if len(part) > 0 {
			all = append(all, part)
		}
	}
	switch {
	case len(all) > 0:
		kept[f.ID] = Value{Group: all}
	case f.Must(kept):
		faults.Add(name, f.missing())
	}
}

// missing says what to do about a question that must be answered.
func (f Field) missing() string {
	switch f.Kind {
	case Choice, Choices, YesNo, Person, Team, Partner, Entry:
		return "Select " + f.What
	case Document:
		return "Choose a file: " + f.What
	}
	return "Enter " + f.What
}

// take reads one answer; fault is what is wrong with it, in words.
func (f Field) take(v Value, w World) (kept Value, fault string) {
	if v.Bare != "" {
		if f.Kind != Whole && f.Kind != Entry || strings.Trim(v.Bare, "0123456789") != "" {
			return Value{}, plain.Capital(f.What) + f.sentAs()
		}
		v = Of(v.Bare)
	}
	if v.File != nil && f.Kind != Document {
		return Value{}, f.missing()
	}
	switch f.Kind {
	case Choices:
		return f.takeChoices(v)
	case Document:
		return f.takeFile(v)
	}
	if len(v.List)+len(v.Part)+len(v.Group) > 0 {
		return Value{}, "Enter " + f.What + " only once"
	}
	if fault := plain.TextFault(f.What, v.Text); fault != "" {
		return Value{}, fault
	}
	if blank(v.Text) {
		return Value{}, ""
	}
	text, fault := f.takeText(v.Text, w)
	if fault != "" {
		return Value{}, fault
	}
	return Value{Text: text}, ""
}

// sentAs says in what form a program sends an answer.
func (f Field) sentAs() string {
	switch f.Kind {
	case Choices:
		return ` must be a list of texts, each in quotation marks`
	case Choice, YesNo:
		return ` must be one of its choices, as text in quotation marks: "` + strings.Join(f.Offered(), `", "`) + `"`
	case Whole, Entry:
		return " must be a whole number"
	case Day:
		return ` must be text in quotation marks, like "2026-03-27"`
	}
	return " must be text in quotation marks"
}

// blank says whether a text holds nothing that people can read; what counts as
// nothing is plain's to say.
func blank(text string) bool { return plain.Field{Must: true, Limit: len(text)}.Fault(text) != "" }

func (f Field) takeText(text string, w World) (kept, fault string) {
	switch f.Kind {
	case Text:
		text = strings.ReplaceAll(text, "\r\n", "\n") // as browsers send lines
		return text, f.textFault(text, false)
	case Line, Org:
		text = strings.TrimSpace(text)
		return text, f.textFault(text, true)
	case Telephone:
		text = strings.TrimSpace(text)
		return text, f.telephoneFault(text)
	case Email:
		text = strings.TrimSpace(text)
		return text, f.emailFault(text)
	case Choice, YesNo:
		if among := w.Kept[f.Among].List; !slices.Contains(f.Offered(), text) || len(among) > 0 &&
			!slices.Contains(among, text) {
			return "", f.missing()
		}
		return text, ""
	case Day, Month, Time:
		text = strings.TrimSpace(text)
		return text, f.whenFault(text, w)
	case Whole:
		return f.takeWhole(text)
	case NHSNumber:
		return plain.NHSNumber(text)
	case Person, Team, Partner, Entry:
		if f.Kind == Entry && (strings.Trim(text, "0123456789") != "" || text[0] == '0') {
			return "", f.missing()
		}
		if w.Known == nil || !w.Known(f, text) {
			return "", f.missing()
		}
		return text, ""
	}
	return "", plain.Capital(f.What) + " cannot be answered here"
}

// takeFile takes a document that was sent with the answers. One that is only spoken of
// was not sent.
func (f Field) takeFile(v Value) (Value, string) {
	switch {
	case v.Empty():
		return Value{}, ""
	case v.File == nil:
		return Value{}, f.missing()
	}
	if fault := v.File.Fault(f.What); fault != "" {
		return Value{}, fault
	}
	return Value{File: v.File}, ""
}

func (f Field) textFault(text string, line bool) string {
	return plain.Field{Label: f.What, Limit: f.Limit(), Line: line}.Fault(text)
}

func (f Field) telephoneFault(text string) string {
	if fault := f.textFault(text, true); fault != "" {
		return fault
	}
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("+ ()-ext.", r):
			return "Enter a telephone number, like 01632 960 001"
		}
	}
	if digits < 3 {
		return "Enter a telephone number, like 01632 960 001"
	}
	return ""
}

func (f Field) emailFault(text string) string {
	if fault := f.textFault(text, true); fault != "" {
		return fault
	}
	name, host, ok := strings.Cut(text, "@")
	if !ok || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(text, " <>,;\"") ||
		strings.Contains(host, "@") {
		return "Enter an email address in the correct format, like name@example.com"
	}
	return ""
}

var layouts = map[Kind]struct{ layout, words string }{
	Day:   {time.DateOnly, " must be a real date"},
	Month: {"2006-01", " must be a real month"},
	Time:  {"15:04", " must be a time, like 14:30"},
}

func (f Field) whenFault(text string, w World) string {
	l := layouts[f.Kind]
	t, err := time.Parse(l.layout, text)
	if err != nil || f.Kind != Time && t.Year() < 1900 {
		return plain.Capital(f.What) + l.words
	}
	if f.Kind != Day {
		return ""
	}
	d := workday.Day{Year: t.Year(), Month: t.Month(), Day: t.Day()}
	switch {
	case f.When == "past" && w.Today.Before(d):
		return plain.Capital(f.What) + " must be today or in the past"
	case f.When == "ahead" && d.Before(w.Today):
		return plain.Capital(f.What) + " must be today or in the future"
	case f.When == "later" && !w.Today.Before(d):
		return plain.Capital(f.What) + " must be in the future"
	}
	return ""
}

func (f Field) takeWhole(text string) (kept, fault string) {
	s := strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return "", plain.Capital(f.What) + " must be a whole number"
	case n < f.Least || n > f.Max:
		return "", plain.Capital(f.What) + " must be between " + plain.Number(f.Least) + " and " + plain.Number(f.Max)
	}
	return strconv.Itoa(n), ""
}

func (f Field) takeChoices(v Value) (Value, string) {
	if len(v.Part)+len(v.Group) > 0 {
		return Value{}, f.missing()
	}
	sent := v.List
	if v.Text != "" {
		sent = []string{v.Text}
	}
	offered := f.Offered()
	var out []string
	for _, id := range offered { // in the order offered, each once
		if slices.Contains(sent, id) {
			out = append(out, id)
		}
	}
	for _, id := range sent {
		if id != "" && !slices.Contains(offered, id) {
			return Value{}, f.missing()
		}
	}
	if f.Alone != "" && len(out) > 1 && slices.Contains(out, f.Alone) {
		return Value{}, "Select either " + strings.ToLower(f.Label(f.Alone)) + " or the others"
	}
	return Value{List: out}, ""
}
