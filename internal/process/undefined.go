package process

import (
	"fmt"
	"slices"
	"strings"
)

// What stands here says of a name that nothing in the definition has, and which it has.

func (d *Definition) NoState(s State) string {
	return undefined("state", s, d.States, func(x StateInfo) string { return string(x.ID) }) + d.declares("states")
}

func (d *Definition) NoFact(f Fact) string {
	return undefined("fact", f, d.Facts, func(x FactInfo) string { return string(x.ID) }) + d.declares("facts")
}

func (d *Definition) noRole(r Role) string {
	return undefined("role", r, d.Roles, func(x RoleInfo) string { return string(x.ID) }) + d.declares("roles")
}

func (d *Definition) noDeadline(id string) string {
	return undefined("deadline", id, d.Timers, func(t Deadline) string { return t.ID }) + d.declares("deadlines")
}

// noStep says it of a step, or of an outcome of one.
func (d *Definition) noStep(ref string) string {
	id, _, _ := strings.Cut(ref, "/")
	if s, ok := find(d.AllSteps, Step(id), stepID); ok {
		return undefined("outcome", ref, s.Outcomes, func(o Outcome) string { return id + "/" + o.ID })
	}
	return undefined("step", id, d.AllSteps, func(s StepInfo) string { return string(s.ID) }) + d.declares("steps")
}

// declares says where in the file such a name is declared: the fault may stand there.
func (d *Definition) declares(where string) string {
	line := d.lines[where]
	if line == 0 { // of an organisation's overlay
		return ""
	}
	return fmt.Sprintf(". Name one of them, or add it to %s (line %d)", where, line)
}

func undefined[S ~string, T any](what string, name S, known []T, id func(T) string) string {
	return fmt.Sprintf("names the %s %q, which is not defined: there are %s", what, name, listed(known, id))
}

func listed[T any](all []T, id func(T) string) string {
	var names []string
	for _, x := range all {
		names = append(names, id(x))
	}
	return or(strings.Join(slices.Compact(names), ", "), "none")
}
