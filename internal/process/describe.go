package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// Markdown is the process as a page for people: states, steps with who may and
// what comes of them, deadlines, numbers.
func (d *Definition) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n`%s`\n\n%s\n\n", d.Title, d.Name(), d.About)
	fmt.Fprintf(&b, "**%s.** %s Call if %s.\n\n", d.Emergency.Heading, d.Emergency.Words, orList(d.Emergency.CallIf))
	b.WriteString("## Where a concern can stand\n\n| State | Steps possible |\n| --- | --- |\n")
	for _, s := range d.States {
		row(&b, s.Label, d.stepsFrom(s.ID))
	}
	b.WriteString("\n## Steps\n\n| Step | Who may | Outcome | From | Leads to | Only when | Leaves the organisation " +
		"|\n| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, s := range d.AllSteps {
		for _, o := range s.Outcomes {
			for _, m := range o.Moves {
				row(&b, s.title(), upperFirst(d.people(s.who(m))), o.Label,
					d.labels(m.From), d.leadsTo(m), d.onlyWhen(m), leavesWords[o.Leaves])
			}
		}
	}
	b.WriteString("\nWhat is marked \"as told to us\" or \"advice\" changes nothing: it is recorded with its source " +
		"and date.\n\n")
	d.questionsTable(&b)
	d.deadlinesTable(&b)
	d.contactsTable(&b)
	return b.String()
}

// row writes a line of a table; an organisation's own words cannot break out of their cell.
func row(b *strings.Builder, cells ...string) {
	for _, c := range cells {
		b.WriteString("| " + escape.Replace(c) + " ")
	}
	b.WriteString("|\n")
}

var escape = strings.NewReplacer("|", `\|`, "<", "&lt;", "`", "'")

func (s StepInfo) title() string {
	out := s.Label
	if s.Told {
		out += " (as told to us)"
	} else if s.Advisory {
		out += " (advice)"
	}
	if s.Local {
		out += " (this organisation's own)"
	}
	return out
}

var leavesWords = map[Leaves]string{Stays: "no", Deidentified: "without identifying the person",
	Identifiable: "yes, under the decision", Emergency: "yes, in an emergency; the decision follows"}

func (d *Definition) stepsFrom(s State) string {
	var out []string
	for _, step := range d.AllSteps {
		if slices.ContainsFunc(step.Outcomes, func(o Outcome) bool {
			return slices.ContainsFunc(o.Moves, func(m Move) bool { return slices.Contains(m.From, s) })
		}) {
			out = append(out, step.Label)
		}
	}
	return strings.Join(out, "; ")
}

func (d *Definition) labels(states []State) string {
	var out []string
	for _, s := range states {
		out = append(out, lowerFirst(d.Label(s)))
	}
	return strings.Join(out, "; ")
}

func (d *Definition) leadsTo(m Move) string {
	if m.To == "" {
		return "stays"
	}
	return lowerFirst(d.Label(m.To))
}

func (d *Definition) onlyWhen(m Move) string {
	var out []string
	for _, f := range m.Needs {
		info, _ := d.fact(f)
		out = append(out, lowerFirst(info.Label))
	}
	for _, f := range m.Lacks {
		info, _ := d.fact(f)
		out = append(out, "not: "+lowerFirst(info.Label))
	}
	return strings.Join(out, "; ")
}

func (d *Definition) questionsTable(b *strings.Builder) {
	any := false
	for _, s := range d.AllSteps {
		for _, f := range s.Fields {
			if !any {
				b.WriteString("## Questions\n\n| Step | Question | Needed |\n| --- | --- | --- |\n")
				any = true
			}
			row(b, s.Label, f.Ask, needed(f))
		}
	}
	if any {
		b.WriteString("\n")
	}
}

func needed(f field.Field) string {
	switch {
	case f.Needed && len(f.ShownWhen) == 0:
		return "yes"
	case f.Needed, len(f.NeededWhen) > 0:
		return "after some answers"
	}
	return "optional"
}

func (d *Definition) deadlinesTable(b *strings.Builder) {
	b.WriteString("## Deadlines\n\nWorking days, counted from the day after; the day itself is never counted. " +
		"\"D\" is a proposal of this program, not law: an organisation may shorten it.\n\n" +
		"| Duty | Working days | Owner | Runs from | Until | Evidence |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, t := range d.Timers {
		days := fmt.Sprint(t.Days)
		if t.Repeat {
			days = "every " + days
		}
		row(b, t.Label, days, upperFirst(d.people([]Role{t.Owner})), d.refs(t.From), d.refs(t.Until), t.Evidence)
	}
	b.WriteString("\n")
}

func (d *Definition) refs(refs []string) string {
	var out []string
	for _, ref := range refs {
		step, outcome, one := strings.Cut(ref, "/")
		s, _ := d.Step(Step(step))
		words := lowerFirst(s.Label)
		if o, ok := s.Outcome(outcome); one && ok {
			words += ": " + lowerFirst(o.Label)
		}
		out = append(out, words)
	}
	return strings.Join(out, "; ")
}

func (d *Definition) contactsTable(b *strings.Builder) {
	b.WriteString("## Numbers\n\n| For | Number |\n| --- | --- |\n")
	for _, c := range d.Contacts {
		row(b, c.Label, or(c.Number, "not set yet"))
	}
}

// Page is docs/process.md: the shipped process for people, and what is proved of it.
func Page() string {
	page := Patient().Markdown() + "\n## What is proved of it\n\n"
	for _, r := range Check(Patient()).Results {
		page += "- " + r.Says + "\n"
	}
	return page
}
