package process

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/field"
)

// neverTaken names a step, or one of its outcomes, that is possible nowhere.
func neverTaken(w *walk) string {
	taken := map[string]bool{}
	for _, t := range w.turns {
		taken[string(t.step.ID)+"/"+t.outcome.ID] = true
	}
	for _, s := range w.d.AllSteps {
		for _, o := range s.Outcomes {
			if !taken[string(s.ID)+"/"+o.ID] {
				return fmt.Sprintf("%s can never be taken so that it comes out as %q: what it needs is never so",
					w.d.placeOfStep(s.ID), or(o.Label, o.ID))
			}
		}
	}
	return ""
}

// formsHold names what is wrong with the questions of a step, and with what depends on them.
func formsHold(d *Definition) string {
	if !d.AboutPerson {
		return "about_person must be true: its records are about a person"
	}
	if fault := d.Unread(ForConcern); fault != "" {
		return fault
	}
	for i, s := range d.AllSteps {
		at := fmt.Sprintf("steps[%d] (%s)", i+1, s.ID)
		if fault := SeenBy(at, s, SeesRaiser); fault != "" {
			return fault
		}
		if fault := field.Form(at+".fields", s.Fields, true); fault != "" {
			return fault
		}
		if fault := d.LeansOn(s); fault != "" {
			return at + " " + fault
		}
	}
	if d.HearsBy != "" && !slices.ContainsFunc(d.Timers, func(t Deadline) bool {
		return t.ID == d.HearsBy && t.Starts(Taken{Step: d.AllSteps[0].ID})
	}) {
		return fmt.Sprintf("hears_by names %q, which is no deadline that the first step starts: name one, or leave it out",
			d.HearsBy)
	}
	return ""
}

// LeansOn names what a step takes from questions that are not asked; "" when nothing.
// Rooms and the concern's checks ask the same.
func (d *Definition) LeansOn(s StepInfo) string {
	conditions := slices.Concat(s.Stop.When, s.Stop.And)
	if len(conditions) > 0 && len(field.Documents(s.Fields)) > 0 {
		return "asks for a document and for a second look: a document does not last until the second. Leave one of them out"
	}
	if len(s.Pages) > 0 && len(field.Documents(s.Fields)) > 0 {
		return "asks for a document in parts: what is kept of a part is words. Leave out the pages, or ask for the " +
			"document in a step of its own"
	}
	for _, o := range s.Outcomes {
		conditions = append(conditions, o.When...)
	}
	for _, c := range conditions {
		f, ok := field.Find(s.Fields, c.Field)
		if !ok {
			return fmt.Sprintf("has a condition on %q, which it does not ask: name one of its questions", c.Field)
		}
		for _, is := range c.Is {
			if !slices.Contains(f.Offered(), is) {
				return f.NoAnswer(is)
			}
		}
		if len(c.Is) == 0 && !c.Given {
			return fmt.Sprintf("has a condition on %q that names no answer: say which in \"is\"", c.Field)
		}
	}
	if s.Owner != "" && s.Owner != "actor" && !asks(s, s.Owner, field.Person) {
		return fmt.Sprintf("gives the record to %q, which is no person that it asks for: it must be actor, or a "+
			"question of kind person", s.Owner)
	}
	for _, r := range s.Recall {
		if _, ok := d.Step(r); !ok {
			return d.noStep(string(r))
		}
	}
	for i, p := range s.Pages {
		if strings.Trim(p.Path, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || slices.Contains([]string{"", PageAll,
			PageCheck}, p.Path) || slices.ContainsFunc(s.Pages[:i], func(x FormPage) bool { return x.Path == p.Path }) {
			return fmt.Sprintf("has the page %q: its path must be small letters, digits and hyphens, no other page's, and "+
				"neither %s nor %s, which every step in pages has", p.Path, PageAll, PageCheck)
		}
		for _, name := range p.Fields {
			if _, ok := field.Find(s.Fields, name); !ok {
				return fmt.Sprintf("asks %q on the page %q, which is none of its questions: name one of them", name,
					p.Path)
			}
		}
	}
	return d.amongKept(s)
}

func asks(s StepInfo, name string, kind field.Kind) bool {
	f, ok := field.Find(s.Fields, name)
	return ok && f.Kind == kind
}

// amongKept holds that what narrows a choice is a list that another step keeps.
func (d *Definition) amongKept(s StepInfo) string {
	for _, f := range s.Fields {
		if f.Among == "" {
			continue
		}
		step, name, _ := strings.Cut(f.Among, ".")
		from, _ := d.Step(Step(step))
		kept, ok := field.Find(from.Fields, name)
		if !ok || !kept.Keep || kept.Kind != field.Choices {
			return fmt.Sprintf("offers in %q what %q says, which is no list that a step keeps: it must be \"step.field\" of "+
				"choices with \"keep\"", f.ID, f.Among)
		}
	}
	return ""
}

// Who sees an answer, or that a step was taken, besides those who see all of the work
// on a record and whoever took the step.
const (
	SeesRaiser = "raiser" // who began the record
	SeesReader = "reader" // everybody who may open it
	SeesWork   = "work"   // nobody else: for a field of a step that others see
)

// SeenBy names who is said to see a step or one of its answers and is not known; the
// one rule for rooms, which know all three, and the concern, whose answers the raiser sees.
func SeenBy(at string, s StepInfo, known ...string) string {
	if fault := seenBy(s.Sees, known); fault != "" {
		return at + " " + fault
	}
	return fieldsSeenBy(at+".fields", s.Fields, known)
}

// SeenBy is the same of a duty.
func (t Deadline) SeenBy(known ...string) string { return seenBy(t.Sees, known) }

func fieldsSeenBy(at string, fields []field.Field, known []string) string {
	for i, f := range fields {
		at := fmt.Sprintf("%s[%d] (%s)", at, i+1, f.ID)
		if fault := seenBy(f.Sees, known); fault != "" {
			return at + " " + fault
		}
		if fault := fieldsSeenBy(at+".fields", f.Fields, known); fault != "" {
			return fault
		}
	}
	return ""
}

var seers = map[string]string{SeesRaiser: "who began the record", SeesReader: "everybody who may open it",
	SeesWork: "who sees all of the work"}

func seenBy(sees, known []string) string {
	for _, who := range sees {
		if !slices.Contains(known, who) {
			var all []string
			for _, k := range known {
				all = append(all, fmt.Sprintf("%q (%s)", k, seers[k]))
			}
			return fmt.Sprintf("is seen by %q: known are %s", who, orList(all))
		}
	}
	return ""
}
