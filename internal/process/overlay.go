package process

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"heed/internal/fail"
	"heed/internal/field"
	"heed/internal/plain"
)

// overlay is an organisation's own file. It can narrow who may, shorten
// deadlines and texts, have a question answered, add steps, questions, conditions
// and contacts, and change words. It has no means to take anything away; what its
// added steps would do is proved like everything else.
type overlay struct {
	Overlay   string                `json:"overlay"` // its name
	Version   int                   `json:"version"`
	On        string                `json:"on"` // the definition it lies on: "patient/1"
	Roles     map[string][]Role     `json:"roles"`
	Days      map[string]int        `json:"days"`
	Months    map[string]int        `json:"months"` // of what comes round
	Needed    map[string][]string   `json:"needed"` // by step: questions that have to be answered
	Limits    map[string]int        `json:"limits"` // "write_version.version": characters
	Needs     map[string][]Fact     `json:"needs"`  // "refer" or "decide_sharing/share": conditions of its own
	Questions map[string][]question `json:"questions"`
	Wording   map[string]string     `json:"wording"`
	Facts     []FactInfo            `json:"facts"`
	Steps     []localStep           `json:"steps"`
	Deadlines []Deadline            `json:"deadlines"`
	Contacts  []localContact        `json:"contacts"`
}

type localStep struct {
	ID        Step       `json:"id"`
	Label     string     `json:"label"`
	Hint      string     `json:"hint"`
	Roles     []Role     `json:"roles"`
	Advisory  bool       `json:"advisory"`
	Told      bool       `json:"told"`
	Outcomes  []Outcome  `json:"outcomes"`
	Questions []question `json:"questions"`
}

// question is what an overlay may ask: it is answered in words. There is no other
// kind of question in one: no number, no tick-list.
type question struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Hint     string `json:"hint"`
	Optional bool   `json:"optional"`
	Max      int    `json:"max"` // characters; 0 is as many as a text may have
}

func (q question) field() field.Field {
	return field.Field{ID: q.ID, Kind: field.Text, Ask: q.Text, What: "an answer to: " + q.Text, Hint: q.Hint, Max: q.Max,
		Needed: !q.Optional}
}

// fields are the questions of an added step. Where it can come out in more than one
// way, how it did is the first of them; what others told is asked with who said it and when.
func (s *localStep) fields() []field.Field {
	var out []field.Field
	if s.Told {
		out = append(out, field.Field{ID: "told_by", Kind: field.Line, Ask: "Who told you?", What: "who told you",
			Hint: "Name, role and organisation", Short: "Told by", Needed: true, Max: 500},
			field.Field{ID: "told_on", Kind: field.Day, Ask: "When did they tell you?", What: "when they told you",
				Short: "On", Needed: true, When: "past"})
	}
	if len(s.Outcomes) > 1 {
		how := field.Field{ID: "outcome", Kind: field.Choice, Ask: "How did it come out?", What: "how it came out",
			Needed: true}
		for i, o := range s.Outcomes {
			how.Choices = append(how.Choices, field.Option{ID: o.ID, Label: o.Label})
			s.Outcomes[i].When = []field.Condition{{Field: how.ID, Is: []string{o.ID}}}
		}
		out = append(out, how)
	}
	for _, q := range s.Questions {
		out = append(out, q.field())
	}
	return out
}

type localContact struct {
	ID     string `json:"id"`
	Label  string `json:"label"`
	Number string `json:"number"`
}

// localPrefix begins every name that an overlay makes, so that no later version
// of the shipped process can mean something else by it.
const localPrefix = "local_"

// IsLocal says whether a name is one that an overlay made.
func IsLocal[S ~string](name S) bool { return strings.HasPrefix(string(name), localPrefix) }

// Unsafe is the error of an overlay that would break a safeguard; Report says which and how.
type Unsafe struct{ Report Report }

func (u *Unsafe) Error() string { return "the overlay breaks a safeguard: " + u.Report.firstFault() }

// Safe proves the laws of a concern over every path, and is the error of the first that breaks.
func Safe(d *Definition) error {
	if r := Check(d); !r.OK() {
		return fail.Wrap(fail.Bad, &Unsafe{r}, "The overlay breaks a safeguard: %s", r.firstFault())
	}
	return nil
}

// Overlay lays an organisation's overlay on the definition. It refuses a file of
// the wrong form, one that would take something away, and one under which safe
// finds a fault: what it returns is safe to run. The error is *NotTaken.
func (d *Definition) Overlay(raw []byte, safe func(*Definition) error) (*Definition, error) {
	out, placed, err := d.merge(raw, safe)
	if err == nil {
		return out, nil
	}
	lines, words := linesOf(raw), fail.Words(err)
	if !placed || lineOf(lines, words) == 0 && lines[""] <= 1 {
		return nil, &NotTaken{d.blamed(raw, words, safe), err}
	}
	return nil, &NotTaken{lineOrTop(lines, words), err}
}

// LiesOn is the name of the definition on which an overlay says that it lies.
func LiesOn(raw []byte) (string, error) {
	var o overlay
	if err := strict(raw, &o); err != nil {
		return "", AtPlace(raw, err)
	}
	return o.On, nil
}

// merge is Overlay; placed says that its error names a place in the file.
func (d *Definition) merge(raw []byte, safe func(*Definition) error) (out *Definition, placed bool, err error) {
	var o overlay
	if err := strict(raw, &o); err != nil {
		return nil, true, err
	}
	if !isName(strings.ReplaceAll(o.Overlay, "-", "_")) || o.Version < 1 {
		return nil, true, fail.New(fail.Bad, "overlay must be a name in small letters, and version a whole number from 1")
	}
	if o.On != d.Name() {
		return nil, true, fail.New(fail.Bad, "on must be %q, the process that this overlay lies on", d.Name())
	}
	out = d.clone()
	out.Local = fmt.Sprintf("%s/%d", o.Overlay, o.Version)
	for _, add := range []func(*Definition, overlay) error{
		narrow, shorten, limit, need, addFacts, addSteps, addNeeds, addQuestions, reword, addDeadlines, addContacts,
	} {
		if err := add(out, o); err != nil {
			return nil, true, err
		}
	}
	if err := out.whole(); err != nil {
		return nil, false, err
	}
	for _, fault := range []string{out.Mistaken(d), out.cameBetween()} {
		if fault != "" {
			return nil, true, fail.New(fail.Bad, "%s", fault)
		}
	}
	for i, s := range out.AllSteps {
		if fault := field.Form(fmt.Sprintf("steps[%d] (%s).fields", i+1, s.ID), s.Fields, out.AboutPerson); fault != "" {
			return nil, false, fail.New(fail.Bad, "%s", fault)
		}
	}
	return out, false, safe(out)
}

// clone copies as deep as an overlay changes.
func (d *Definition) clone() *Definition {
	out := *d
	out.Facts, out.States, out.Timers, out.Contacts = slices.Clone(d.Facts), slices.Clone(d.States),
		slices.Clone(d.Timers), slices.Clone(d.Contacts)
	out.Cycles, out.lines = slices.Clone(d.Cycles), nil
	out.AllSteps = slices.Clone(d.AllSteps)
	for i := range out.AllSteps {
		s := &out.AllSteps[i]
		s.Outcomes, s.Fields = slices.Clone(s.Outcomes), slices.Clone(s.Fields)
		for j := range s.Outcomes {
			s.Outcomes[j].Moves = slices.Clone(s.Outcomes[j].Moves)
		}
	}
	return &out
}

func (d *Definition) step(id string) *StepInfo {
	i := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return string(s.ID) == id })
	if i < 0 {
		return nil
	}
	return &d.AllSteps[i]
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func narrow(d *Definition, o overlay) error {
	for _, id := range sorted(o.Roles) {
		s, at := d.step(id), "roles."+id
		if s == nil {
			return bad(at, "names no step of the process")
		}
		if len(o.Roles[id]) == 0 {
			return bad(at, "must leave somebody who may take the step")
		}
		for _, r := range o.Roles[id] {
			if _, known := d.Role(r); !known {
				return bad(at, d.noRole(r))
			}
			if !slices.Contains(s.Roles, r) && !slices.Contains(s.Roles, Anyone) {
				return bad(at, fmt.Sprintf("adds %q: an overlay can narrow who may, never widen it", r))
			}
		}
		switch {
		case slices.Contains(s.Roles, Anyone):
			return bad(at, "cannot narrow a step that is open to everybody")
		case s.mustStay() != "":
			return bad(at, "narrows who may take a step that protects people: it "+toStay)
		}
		s.Roles = slices.Clone(o.Roles[id])
		if d.proved() && s.ID == AddNote && !slices.Contains(s.Roles, Worker) {
			s.Roles = append(s.Roles, Worker) // whoever raised it adds to it; access keeps others from it
		}
		for i := range s.Outcomes {
			for j := range s.Outcomes[i].Moves {
				m := &s.Outcomes[i].Moves[j]
				had := len(m.Roles)
				m.Roles = slices.DeleteFunc(slices.Clone(m.Roles), func(r Role) bool { return !slices.Contains(s.Roles, r) })
				if had > 0 && len(m.Roles) == 0 {
					return bad(at, "must leave somebody who may take the step in every state")
				}
			}
		}
	}
	return nil
}

func shorten(d *Definition, o overlay) error {
	for _, id := range sorted(o.Days) {
		i := slices.IndexFunc(d.Timers, func(t Deadline) bool { return t.ID == id })
		switch {
		case i < 0:
			return bad("days."+id, "names no deadline of the process")
		case o.Days[id] < 0 || d.Timers[i].Repeat && o.Days[id] < 1:
			return bad("days."+id, "must be a number of working days")
		case o.Days[id] > d.Timers[i].Days:
			return bad("days."+id, fmt.Sprintf("must be %d or less: an overlay can shorten a deadline, never lengthen it",
				d.Timers[i].Days))
		}
		d.Timers[i].Days = o.Days[id]
	}
	for _, id := range sorted(o.Months) {
		i := slices.IndexFunc(d.Cycles, func(c Cycle) bool { return c.ID == id })
		if i < 0 {
			return bad("months."+id, "names nothing that comes round")
		}
		if most := d.Cycles[i].Months; o.Months[id] < 1 || o.Months[id] > most {
			return bad("months."+id, fmt.Sprintf("must be 1 to %d: an overlay can have it come round sooner, never later", most))
		}
		d.Cycles[i].Months = o.Months[id]
	}
	return nil
}

// asked finds a question that the definition asks: "write_version.version".
func (d *Definition) asked(name string) (StepInfo, *field.Field) {
	step, id, _ := strings.Cut(name, ".")
	s := d.step(step)
	if s == nil {
		return StepInfo{}, nil
	}
	i := slices.IndexFunc(s.Fields, func(f field.Field) bool { return f.ID == id })
	if i < 0 {
		return *s, nil
	}
	return *s, &s.Fields[i]
}

func limit(d *Definition, o overlay) error {
	for _, name := range sorted(o.Limits) {
		s, f := d.asked(name)
		switch {
		case f == nil:
			return bad("limits."+name, "names no question; write it as step.question")
		case s.Always || s.sameEverywhere():
			return bad("limits."+name, "shortens what can be said in a step that protects people, or in one that decides or "+
				"records what leaves")
		case f.Kind != field.Line && f.Kind != field.Text:
			return bad("limits."+name, "names a question that is not answered in words of one's own: it has no limit to shorten")
		case o.Limits[name] < least(*f) || o.Limits[name] > f.Limit():
			return bad("limits."+name, fmt.Sprintf("must be %d to %s: an overlay can shorten an answer, "+
				"never lengthen it, and never so that it is of no use", least(*f), plain.Count(f.Limit(), "character",
				"characters")))
		}
		f.Max = o.Limits[name]
	}
	return nil
}

// least is as few characters as an overlay may leave to an answer in words: a few sentences
// for reasons, a name with a role and an organisation for a line.
func least(f field.Field) int {
	if f.Kind == field.Text {
		return min(500, f.Limit())
	}
	return min(100, f.Limit())
}

// toStay is what is said of a step that must never wait.
const toStay = "has to stay possible at any time"

func need(d *Definition, o overlay) error {
	for _, id := range sorted(o.Needed) {
		for i, name := range o.Needed[id] {
			at := fmt.Sprintf("needed.%s[%d]", id, i+1)
			s, f := d.asked(id + "." + name)
			switch {
			case f == nil:
				return bad(at, "names no question of that step")
			case s.neverWaits():
				return bad(at, "has more answered in a step that protects people: it "+toStay)
			}
			f.Needed, f.NeededWhen = true, nil
		}
	}
	return nil
}

func addFacts(d *Definition, o overlay) error {
	for i, f := range o.Facts {
		if !IsLocal(f.ID) || f.Label == "" || f.IfMissing == "" {
			return bad(fmt.Sprintf("facts[%d]", i+1), "must have an id that begins with local_, a label, and words for when "+
				"it is missing")
		}
		d.Facts = append(d.Facts, f)
	}
	return nil
}

func addSteps(d *Definition, o overlay) error {
	for i, s := range o.Steps {
		at := fmt.Sprintf("steps[%d]", i+1)
		if !IsLocal(s.ID) {
			return bad(at+".id", "must begin with local_: the steps of the shipped process cannot be changed")
		}
		for _, out := range s.Outcomes {
			if out.Leaves != Stays || out.Decides != "" {
				return bad(at, "lets something leave, or decides about sharing: only the steps of the shipped process do, so that "+
					"what left is found in one place. Record it by one of them")
			}
			for _, m := range out.Moves {
				if m.To != "" && !d.proved() {
					return bad(at, fmt.Sprintf("moves the record to %q: an added step moves nothing. Have it set a fact that begins "+
						"with local_, and name that under needs for the step that is to wait for it", m.To))
				}
				for _, f := range slices.Concat(m.Sets, m.Clears) {
					if !IsLocal(f) {
						return bad(at, fmt.Sprintf("changes the fact %q: an added step can change only facts that begin with local_", f))
					}
				}
			}
		}
		fields := s.fields()
		d.AllSteps = append(d.AllSteps, StepInfo{ID: s.ID, Label: s.Label, Hint: s.Hint, Kind: d.LocalKind(), Roles: s.Roles,
			Advisory: s.Advisory, Told: s.Told, Outcomes: s.Outcomes, Fields: fields,
			Local: true})
	}
	return nil
}

// proved says that the definition has laws that are proved on every path: the concern's.
func (d *Definition) proved() bool { return d.Process == Patient().Process }

func addNeeds(d *Definition, o overlay) error {
	for _, ref := range sorted(o.Needs) {
		at := "needs." + ref
		id, outcome, one := strings.Cut(ref, "/")
		s := d.step(id)
		if s == nil || !d.knows(ref) {
			return bad(at, "names no step or outcome of the process")
		}
		if n, _ := s.Outcome(outcome); s.Always || s.decides(NotToShare) && (!one || n.Decides == NotToShare) {
			return bad(at, "puts a condition on a step that protects people: it "+toStay)
		}
		for _, f := range o.Needs[ref] {
			if !IsLocal(f) {
				return bad(at, fmt.Sprintf("names the fact %q: an overlay can add conditions that begin with local_", f))
			}
		}
		for i := range s.Outcomes {
			if one && s.Outcomes[i].ID != outcome {
				continue
			}
			for j := range s.Outcomes[i].Moves {
				m := &s.Outcomes[i].Moves[j]
				m.Needs = slices.Concat(m.Needs, o.Needs[ref])
			}
		}
	}
	return nil
}

func addQuestions(d *Definition, o overlay) error {
	for _, id := range sorted(o.Questions) {
		s := d.step(id)
		if s == nil {
			return bad("questions."+id, "names no step of the process")
		}
		for i, q := range o.Questions[id] {
			if !IsLocal(q.ID) {
				return bad(fmt.Sprintf("questions.%s[%d].id", id, i+1), "must begin with local_")
			}
			if s.neverWaits() && !q.Optional {
				return bad(fmt.Sprintf("questions.%s[%d]", id, i+1), "must be optional: it is asked in a step that protects "+
					"people, which "+toStay)
			}
			s.Fields = append(s.Fields, q.field())
		}
	}
	return nil
}

func addDeadlines(d *Definition, o overlay) error {
	for i, t := range o.Deadlines {
		if !IsLocal(t.ID) {
			return bad(fmt.Sprintf("deadlines[%d].id", i+1), "must begin with local_; to shorten a deadline use days")
		}
		d.Timers = append(d.Timers, t)
	}
	return nil
}

func addContacts(d *Definition, o overlay) error {
	for i, c := range o.Contacts {
		at := fmt.Sprintf("contacts[%d]", i+1)
		if digits := strings.Map(onlyDigits, c.Number); len(digits) < 3 || len(c.Number) > 40 ||
			strings.Trim(c.Number, "+0123456789 ext().") != "" {
			return bad(at+".number", "must be a telephone number of 40 characters or less")
		} else if strings.HasPrefix(digits, "09") || strings.HasPrefix(digits, "449") {
			return bad(at+".number", "is a number that costs whoever rings it: give one that people can ring")
		}
		if strings.Contains(c.Label, "999") {
			return bad(at+".label", "must not speak of 999: the emergency advice is the same everywhere")
		}
		j := slices.IndexFunc(d.Contacts, func(x Contact) bool { return x.ID == c.ID })
		switch {
		case j >= 0 && d.Contacts[j].Evidence != "setting":
			return bad(at, fmt.Sprintf("changes %q, which is the same everywhere: add a number of your own beside it", c.ID))
		case slices.ContainsFunc(d.Contacts, func(x Contact) bool {
			return x.ID != c.ID && spoken(x.Label) == spoken(c.Label)
		}):
			return bad(at+".label", "is what another number is called: whoever rings it would tell somebody else")
		case j >= 0:
			d.Contacts[j].Number, d.Contacts[j].Evidence = c.Number, "setting"
			d.Contacts[j].Label = or(c.Label, d.Contacts[j].Label)
		case !IsLocal(c.ID) || c.Label == "":
			return bad(at, "must have an id that begins with local_, and a label")
		default:
			d.Contacts = append(d.Contacts, Contact{ID: c.ID, Label: c.Label, Number: c.Number, Evidence: "setting"})
		}
	}
	return nil
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
