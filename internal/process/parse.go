package process

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"heed/internal/fail"
	"heed/internal/plain"
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
// Check's to prove.
func Parse(raw []byte) (*Definition, error) {
	var d Definition
	if err := strict(raw, &d); err != nil {
		return nil, err
	}
	for _, made := range []func() error{d.takeSets, d.apart, d.rely, d.whole} {
		if err := made(); err != nil {
			return nil, err
		}
	}
	d.lines = linesOf(raw)
	return &d, nil
}

// Limits that keep the walk over all configurations small: 12 states and 10 facts are 12,288 at most.
const (
	maxStates = 12
	maxFacts  = 10
	maxSteps  = 60
)

// whole checks names, references and ranges; the first fault is told.
func (d *Definition) whole() error {
	if !isName(d.Process) || d.Version < 1 {
		return fail.New(fail.Bad, "process must be a name in small letters, and version a whole number from 1")
	}
	if len(d.States) < 2 || len(d.States) > maxStates || len(d.Facts) > maxFacts || len(d.AllSteps) > maxSteps {
		return fail.New(fail.Bad, "A process must have 2 to %s, at most %s and at most %s",
			plain.Count(maxStates, "state", "states"), plain.Count(maxFacts, "fact", "facts"),
			plain.Count(maxSteps, "step", "steps"))
	}
	for _, err := range []error{
		unique("roles", d.Roles, func(r RoleInfo) string { return string(r.ID) }),
		unique("facts", d.Facts, func(f FactInfo) string { return string(f.ID) }),
		unique("states", d.States, func(s StateInfo) string { return string(s.ID) }),
		unique("steps", d.AllSteps, func(s StepInfo) string { return string(s.ID) }),
		unique("deadlines", d.Timers, func(t Deadline) string { return t.ID }),
	} {
		if err != nil {
			return err
		}
	}
	seen := map[string]bool{}
	for _, c := range d.Contacts {
		if c.ID == "" || seen[c.ID] {
			return fail.New(fail.Bad, "contacts: each must have an id of its own: %q", c.ID)
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
	seen := map[string]bool{}
	for _, o := range s.Outcomes {
		at := at + " outcome " + or(o.ID, "without a name")
		if seen[o.ID] || o.ID != "" && !isName(o.ID) {
			return bad(at, "must have a name of its own in small letters")
		}
		seen[o.ID] = true
		if !slices.Contains([]Leaves{Stays, Deidentified, Identifiable, Emergency}, o.Leaves) {
			return bad(at+" leaves", "must be deidentified, identifiable or emergency, or be left out")
		}
		if len(o.Moves) == 0 {
			return bad(at, "must have moves")
		}
		for i, m := range o.Moves {
			if err := d.wholeMove(fmt.Sprintf("%s moves[%d]", at, i+1), s, m); err != nil {
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
			return bad(at, fmt.Sprintf("names the state %q, which is not defined", st))
		}
	}
	for _, f := range slices.Concat(m.Needs, m.Lacks, m.Sets, m.Clears) {
		if _, ok := d.fact(f); !ok {
			return bad(at, fmt.Sprintf("names the fact %q, which is not defined", f))
		}
	}
	for _, r := range m.Roles {
		if !slices.Contains(s.Roles, r) && !slices.Contains(s.Roles, Anyone) {
			return bad(at, fmt.Sprintf("names the role %q, which the step does not have", r))
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
			return bad(at, fmt.Sprintf("names %q, which is no step or outcome", ref))
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
			return bad(at, fmt.Sprintf("names the role %q, which is not defined", r))
		}
	}
	return nil
}

func unique[T any](what string, all []T, name func(T) string) error {
	seen := map[string]bool{}
	for _, x := range all {
		n := name(x)
		if !isName(n) {
			return fail.New(fail.Bad, "%s: a name must be 1 to 40 small letters, digits and underscores, and begin with a "+
				"letter: %q", what, n)
		}
		if seen[n] {
			return fail.New(fail.Bad, "%s: the name %q is given twice", what, n)
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

// Must parses a definition that the program ships. Tests hold that each parses.
func Must(raw []byte) *Definition {
	d, err := Parse(raw)
	if err != nil {
		panic("a shipped definition does not parse: " + faultIn(raw, err))
	}
	return d
}

// faultIn is a fault of a file that does not parse, with its name and line as far as they
// can be told.
func faultIn(raw []byte, err error) string {
	d := Definition{lines: linesOf(raw)}
	var broken *json.SyntaxError
	if errors.As(json.Unmarshal(raw, &d), &broken) {
		line := 1 + bytes.Count(raw[:broken.Offset], []byte("\n"))
		return fmt.Sprintf("line %d: it is not whole JSON: %v", line, broken)
	}
	return d.Fault(fail.Words(err))
}
