package process

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"heed/internal/clock/workday"
	"heed/internal/field"
	"heed/internal/plain"
)

// The periods by which figures are counted.
const (
	PerMonth   = "month"
	PerQuarter = "quarter"
)

// Figure is what of a room's records may be counted: one kind of event, by period, and by
// at most one closed question. Never a person, a team, a ward, or what somebody wrote.
type Figure struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Note   string `json:"note"`   // what the number does not say
	Period string `json:"period"` // month or quarter

	// One of four: what is counted.
	Steps    []string `json:"steps"`    // a step that is taken, or an outcome of one: "refer", "triage/hold"
	Enters   []State  `json:"enters"`   // a record that comes into one of these states from any other
	Deadline string   `json:"deadline"` // a duty, in the period of its last day
	From     []string `json:"from"`     // how many days pass from one of these

	On   string   `json:"on"`   // with steps: the day question of the step that decides the period; empty: the day it was taken
	Met  []string `json:"met"`  // of a deadline: which of its ends meet it; all others end it otherwise
	To   []string `json:"to"`   // until one of these
	Days []int    `json:"days"` // in bands: up to each of these days
	By   string   `json:"by"`   // with steps or enters: "step.field", the closed question that splits it
}

// NotRecorded is the column of what was not answered. The others of duties and days have
// these names.
const (
	NotRecorded = "not_recorded"
	InTime      = "in_time"
	Late        = "late"
	NotMet      = "not_met"
	Otherwise   = "ended_otherwise"
	NotYet      = "not_yet"
	Counted     = "counted"
)

// Column is one column of a figure.
type Column struct{ ID, Label string }

// Columns are what a figure is counted into, in order; together they are all that is counted.
func (f Figure) Columns(d *Definition) (out []Column) {
	switch {
	case f.Deadline != "":
		return []Column{{InTime, "In time"}, {Late, "Late"}, {NotMet, "Not met when the period was closed"},
			{Otherwise, "Ended in another way"}, {NotRecorded, "Not recorded"}}
	case len(f.From) > 0:
		least := 0
		for _, n := range f.Days {
			out = append(out, Column{f.band(n), fmt.Sprintf("%d to %s", least, plain.Count(n, "day", "days"))})
			least = n + 1
		}
		return append(out, Column{f.band(least), plain.Count(least, "day", "days") + " or more"},
			Column{NotYet, "Not yet when the period was closed"})
	case f.By == "":
		return []Column{{Counted, "Counted"}}
	}
	_, q := f.by(d)
	for _, id := range options(q) {
		out = append(out, Column{id, q.Label(id)})
	}
	return append(out, Column{NotRecorded, "Not recorded"})
}

// options are all answers of a question, those that are not offered any more too.
func options(q field.Field) (out []string) {
	if q.Kind == field.YesNo {
		return q.Offered()
	}
	for _, o := range q.Choices {
		out = append(out, o.ID)
	}
	return out
}

// band is the column of a number of days.
func (f Figure) band(days int) string {
	for _, n := range f.Days {
		if days <= n {
			return fmt.Sprintf("to_%d", n)
		}
	}
	return "more"
}

// Band is the column of a number of days.
func (f Figure) Band(days int) string { return f.band(days) }

// Answer is the column of an answer; one that the question does not have is not recorded.
func (f Figure) Answer(d *Definition, answer string) string {
	if f.By == "" {
		return Counted
	}
	if _, q := f.by(d); answer != "" && slices.Contains(options(q), answer) {
		return answer
	}
	return NotRecorded
}

// Splits names the step and the question by which a figure is split.
func (f Figure) Splits() (Step, string) {
	step, name, _ := strings.Cut(f.By, ".")
	return Step(step), name
}

func (f Figure) by(d *Definition) (StepInfo, field.Field) {
	id, name := f.Splits()
	step, _ := d.Step(id)
	q, _ := field.Find(step.Fields, name)
	return step, q
}

// PeriodOf is the period in which a day lies.
func (f Figure) PeriodOf(day workday.Day) workday.Period {
	if f.Period == PerQuarter {
		return workday.QuarterOf(day)
	}
	return workday.MonthOf(day)
}

// Counts, Begins, Comes and Meets say whether what was taken is counted, begins a span of
// days, ends one, or meets the duty.
func (f Figure) Counts(x Taken) bool { return named(f.Steps, x) }

// Begins says whether what was taken begins a span of days.
func (f Figure) Begins(x Taken) bool { return named(f.From, x) }

// Comes says whether what was taken ends one.
func (f Figure) Comes(x Taken) bool { return named(f.To, x) }

// Meets says whether what was taken meets the duty.
func (f Figure) Meets(x Taken) bool { return named(f.Met, x) }

// Event tells figures that count the same from others: their totals are one number.
func (f Figure) Event() string {
	return fmt.Sprint("steps ", f.Steps, " on ", f.On, " enters ", f.Enters, " deadline ", f.Deadline, f.Met, " days ",
		f.From, f.To)
}

// The most figures of a definition and answers of the question that splits one.
const (
	mostFigures = 30
	mostAnswers = 8
)

// ofSomebody are words by which a question tells people or places of work apart: nothing is
// counted by them.
var ofSomebody = regexp.MustCompile(`(?i)\b(wards?|teams?|departments?|clinics?|sites?|nurses?|doctors?|clinicians?|raisers?|` +
	`postcodes?|names?|people|staff|age|gender|sex|disab(led|ility))\b`)

// FiguresFault says what is wrong with what may be counted, and what to do; or "".
func (d *Definition) FiguresFault() string {
	if len(d.Figures) > mostFigures {
		return fmt.Sprintf("figures must be %d or fewer", mostFigures)
	}
	for i, f := range d.Figures {
		fault := f.faultOf(d)
		for _, other := range d.Figures[:i] {
			switch {
			case fault != "":
			case other.ID == f.ID:
				fault = "has a name that is given twice: give each one of its own"
			case other.Event() == f.Event() && other.Period != f.Period:
				fault = fmt.Sprintf("counts by %s what %s counts by %s, and a quarter is the sum of its months: give both one "+
					"period", f.Period, other.ID, other.Period)
			}
		}
		if fault != "" {
			return fmt.Sprintf("figures[%d] (%s) %s", i+1, f.ID, fault)
		}
	}
	return ""
}

func (f Figure) faultOf(d *Definition) string {
	kinds := 0
	for _, n := range []int{len(f.Steps), len(f.Enters), len(f.Deadline), len(f.From)} {
		if n > 0 {
			kinds++
		}
	}
	switch {
	case !isName(f.ID) || f.Title == "":
		return "must have an id in small letters, and a title"
	case f.Period != PerMonth && f.Period != PerQuarter:
		return "must have as its period month or quarter"
	case kinds != 1:
		return "must count one thing: steps, enters, a deadline, or days from one step to another"
	case (len(f.From) > 0) != (len(f.To) > 0) || (len(f.From) > 0) != (len(f.Days) > 0):
		return "must say from which step to which, and in bands of how many days"
	case (f.Deadline != "") != (len(f.Met) > 0):
		return "must say which ends of its deadline met it: an end by another way is none"
	case f.On != "" && len(f.Steps) == 0 || f.By != "" && len(f.Steps)+len(f.Enters) == 0:
		return `must have "on" with steps alone, and "by" with steps or enters alone`
	}
	for _, fault := range []string{f.namesFault(d), f.onFault(d), f.byFault(d)} {
		if fault != "" {
			return fault
		}
	}
	return ""
}

// namesFault holds what is counted to what the definition has.
func (f Figure) namesFault(d *Definition) string {
	for _, ref := range slices.Concat(f.Steps, f.From, f.To, f.Met) {
		if !d.knows(ref) {
			return d.noStep(ref)
		}
	}
	for _, s := range f.Enters {
		if _, ok := d.State(s); !ok {
			return d.NoState(s)
		}
	}
	for i, n := range f.Days {
		if n < 1 || i > 0 && n <= f.Days[i-1] {
			return "must have days from 1 on, each more than the one before"
		}
	}
	if f.Deadline == "" {
		return ""
	}
	t, ok := find(d.Timers, f.Deadline, func(t Deadline) string { return t.ID })
	if !ok {
		return d.noDeadline(f.Deadline)
	}
	for _, ref := range f.Met {
		if !slices.Contains(t.Until, ref) && !slices.Contains(t.Until, string(stepOf(ref))) {
			return fmt.Sprintf("is met by %q, which does not end the deadline %s: name one of %s", ref, t.ID,
				strings.Join(t.Until, ", "))
		}
	}
	return ""
}

// onFault holds the day that decides to one that has come.
func (f Figure) onFault(d *Definition) string {
	for _, ref := range f.Steps {
		step, _ := d.Step(stepOf(ref))
		if q, ok := field.Find(step.Fields, f.On); f.On != "" && (!ok || q.Kind != field.Day || q.When != "past") {
			return fmt.Sprintf(`is decided by %q, which must be a day question of the step %s that is "past": leave it out to `+
				"count by the day on which the step is taken", f.On, step.ID)
		}
	}
	return ""
}

// byFault holds the question that splits a figure to a closed one of few answers that is
// about nobody.
func (f Figure) byFault(d *Definition) string {
	if f.By == "" {
		return ""
	}
	step, q := f.by(d)
	own := len(f.Steps) > 0 && !slices.ContainsFunc(f.Steps, func(ref string) bool { return stepOf(ref) != step.ID })
	words := strings.ReplaceAll(strings.Join([]string{q.ID, q.Ask, q.What, q.Short, q.Heading}, " "), "_", " ")
	for _, o := range q.Choices {
		words += " " + strings.ReplaceAll(o.ID, "_", " ")
	}
	switch told := ofSomebody.FindString(words); {
	case q.ID == "" || !own && step.ID != d.AllSteps[0].ID:
		return fmt.Sprintf(`is split by %q: it must be "step.field" of the step that is counted, or of the first`, f.By)
	case q.Kind != field.Choice && q.Kind != field.YesNo:
		return fmt.Sprintf("is split by %q, which is a %s: only a choice or a yes-no question splits a figure, never a "+
			"person, a team, a number or what somebody wrote", f.By, q.Kind)
	case q.Set != "":
		return fmt.Sprintf("is split by %q, whose answers are of the set %s: a set gets items, and what is closed has no "+
			"column for them", f.By, q.Set)
	case len(options(q)) > mostAnswers:
		return fmt.Sprintf("is split by %q, which has more than %d answers: with many each counts few people", f.By,
			mostAnswers)
	case told != "":
		return fmt.Sprintf("is split by %q, whose words say %q: nothing is counted by people, wards or teams", f.By,
			strings.ToLower(told))
	}
	return ""
}
