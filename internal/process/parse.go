package process

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
)

//go:embed definitions/patient-1.json
var patient1 []byte

var patient = sync.OnceValue(func() *Definition { return Must(patient1) })

// Patient is the shipped patient route.
func Patient() *Definition { return patient() }

// Name is the definition's name and version, kept with every record that follows
// it: "patient/1", or "patient/1+ward-9/3" under an overlay.
func (d *Definition) Name() string {
	s := fmt.Sprintf("%s/%d", d.Process, d.Version)
	if d.Local != "" {
		s += "+" + d.Local
	}
	return s
}

// Parse reads a whole definition. It checks that every name used is defined and
// that the file has the right form; whether the process keeps its safeguards is
// Check's to prove. What it refuses it names with file and line.
func Parse(raw []byte) (*Definition, error) { return ParseFile("", raw) }

// ParseFile is Parse of a file that may be called otherwise than after its process and version.
func ParseFile(file string, raw []byte) (*Definition, error) {
	d := Definition{file: file, lines: linesOf(raw)}
	err := strict(raw, &d)
	for _, made := range []func() error{d.knowsPerson, d.keepFrom, d.disclosed, d.challenged, d.keeps, d.takeForms,
		d.owesRecipients, d.owesAnswers, d.owesKeeping, d.takeSets, d.apart, d.rely, d.whole} {
		if err == nil {
			err = made()
		}
	}
	if err == nil {
		return &d, nil
	}
	d.file = or(file, calledBy(raw))
	return nil, fail.New(fail.KindOf(err), "%s", d.Fault(fail.Words(err)))
}

var (
	itsProcess = regexp.MustCompile(`"process"\s*:\s*"([^"]*)"`)
	itsVersion = regexp.MustCompile(`"version"\s*:\s*(\d+)`)
)

// calledBy is how a file is called that is no whole definition, as far as it can be told.
func calledBy(raw []byte) string {
	of, version := itsProcess.FindSubmatch(raw), itsVersion.FindSubmatch(raw)
	if of == nil || version == nil {
		return "a definition"
	}
	return fmt.Sprintf("%s-%s.json", of[1], version[1])
}

// Limits that keep the walk over all configurations small: 12 states and 10 facts are 12,288 at most.
const (
	maxStates = 12
	maxFacts  = 10
	maxSteps  = 60
)

// whole checks names, references and ranges; the first fault is told.
func (d *Definition) whole() error {
	switch {
	case !isName(d.Process):
		return bad("process", "must be a name in small letters")
	case d.Version < 1:
		return bad("version", "must be a whole number from 1")
	case len(d.States) < 2 || len(d.States) > maxStates:
		return bad("states", fmt.Sprintf("must be 2 to %d", maxStates))
	case len(d.Facts) > maxFacts:
		return bad("facts", fmt.Sprintf("must be %d at most", maxFacts))
	case len(d.AllSteps) == 0:
		return bad("steps", "must have one at least: the first begins a record")
	case len(d.AllSteps) > maxSteps:
		return bad("steps", fmt.Sprintf("must be %d at most", maxSteps))
	}
	for _, err := range []error{
		unique("roles", d.Roles, func(r RoleInfo) string { return string(r.ID) }),
		unique("facts", d.Facts, func(f FactInfo) string { return string(f.ID) }),
		unique("states", d.States, func(s StateInfo) string { return string(s.ID) }),
		unique("steps", d.AllSteps, func(s StepInfo) string { return string(s.ID) }),
		unique("deadlines", d.Timers, func(t Deadline) string { return t.ID }),
		unique("cycles", d.Cycles, func(c Cycle) string { return c.ID }),
	} {
		if err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for i, c := range d.Contacts {
		if c.ID == "" || seen[c.ID] {
			return bad(fmt.Sprintf("contacts[%d]", i+1), fmt.Sprintf("must have an id of its own: %q", c.ID))
		}
		seen[c.ID] = true
	}
	for i, s := range d.AllSteps {
		if err := d.wholeStep(fmt.Sprintf("steps[%d] (%s)", i+1, s.ID), s); err != nil {
			return err
		}
	}
	for i, t := range d.Timers {
		if err := d.wholeDeadline(fmt.Sprintf("deadlines[%d] (%s)", i+1, t.ID), t); err != nil {
			return err
		}
	}
	return d.wholeErasure()
}

func (d *Definition) wholeStep(at string, s StepInfo) error {
	if s.Label == "" || s.Kind == "" || len(s.Roles) == 0 || len(s.Outcomes) == 0 {
		return bad(at, "must have a label, a kind, roles and outcomes")
	}
	if err := d.knownRoles(at, s.Roles); err != nil {
		return err
	}
	if why := s.mustStay(); why != "" && !s.Always && !s.Local {
		return bad(at, why+`, which must never wait: it must say "always": true`)
	}
	seen := map[string]bool{}
	for i, o := range s.Outcomes {
		at := fmt.Sprintf("%s.outcomes[%d] (%s)", at, i+1, or(o.ID, "without a name"))
		if seen[o.ID] || o.ID != "" && !isName(o.ID) {
			return bad(at, "must have a name of its own in small letters")
		}
		seen[o.ID] = true
		if !slices.Contains([]Leaves{Stays, Deidentified, Identifiable, Emergency}, o.Leaves) {
			return bad(at+".leaves", "must be deidentified, identifiable or emergency, or be left out")
		}
		if len(o.Moves) == 0 {
			return bad(at, "must have moves")
		}
		for i, m := range o.Moves {
			if s.Always && len(m.Needs)+len(m.Lacks) > 0 {
				return bad(fmt.Sprintf("%s.moves[%d]", at, i+1), "waits for something, and the step says always: leave out needs "+
					"and lacks")
			}
			if err := d.wholeMove(fmt.Sprintf("%s.moves[%d]", at, i+1), s, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Definition) wholeMove(at string, s StepInfo, m Move) error {
	if len(m.From) == 0 {
		return bad(at, "must say from which states")
	}
	for _, st := range append(slices.Clone(m.From), m.To) {
		if _, ok := d.State(st); !ok && st != "" {
			return bad(at, d.NoState(st))
		}
	}
	for _, f := range slices.Concat(m.Needs, m.Lacks, m.Sets, m.Clears) {
		if _, ok := d.fact(f); !ok {
			return bad(at, d.NoFact(f))
		}
	}
	for _, r := range m.Roles {
		if !slices.Contains(s.Roles, r) && !slices.Contains(s.Roles, Anyone) {
			return bad(at, fmt.Sprintf("names the role %q, which the step does not have: it has %s", r, listed(s.Roles,
				func(r Role) string { return string(r) })))
		}
	}
	return d.knownRoles(at, m.Roles)
}

func (d *Definition) wholeDeadline(at string, t Deadline) error {
	if t.Label == "" || t.Days < 0 || t.Days > 250 || t.Repeat && t.Days == 0 {
		return bad(at, "must have a label, and days from 0 to 250 (from 1 if it repeats)")
	}
	if len(t.From) == 0 || len(t.Until) == 0 {
		return bad(at, "must say from which step it runs and until which")
	}
	for _, ref := range slices.Concat(t.From, t.Until) {
		if !d.knows(ref) {
			return bad(at, d.noStep(ref))
		}
		if id, _, _ := strings.Cut(ref, "/"); KeepsOut(Step(id)) {
			return bad(at, fmt.Sprintf("runs by %s: whoever must not know that it was asked would see the duty. Name another "+
				"step", ref))
		}
	}
	return nil
}

// knows says whether "step" or "step/outcome" exists.
func (d *Definition) knows(ref string) bool {
	id, outcome, hasOutcome := strings.Cut(ref, "/")
	s, ok := d.Step(Step(id))
	if !ok || !hasOutcome {
		return ok
	}
	_, ok = s.Outcome(outcome)
	return ok
}

func (d *Definition) knownRoles(at string, roles []Role) error {
	for _, r := range roles {
		if _, ok := d.Role(r); !ok {
			return bad(at, d.noRole(r))
		}
	}
	return nil
}

func unique[T any](what string, all []T, name func(T) string) error {
	seen := map[string]bool{}
	for i, x := range all {
		n, at := name(x), fmt.Sprintf("%s[%d]", what, i+1)
		if !isName(n) {
			return bad(at, fmt.Sprintf("must have a name of 1 to 40 small letters, digits and underscores, which begins with "+
				"a letter: %q", n))
		}
		if seen[n] {
			return bad(at, fmt.Sprintf("has the name %q, which is given twice: give each one of its own", n))
		}
		seen[n] = true
	}
	return nil
}

func isName(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Must parses a definition that the program ships; see fail.Shipped.
func Must(raw []byte) *Definition {
	d, err := Parse(raw)
	if err != nil {
		fail.Shipped(fail.Words(err))
	}
	return d
}
