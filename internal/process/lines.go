package process

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// LinesOf is linesOf for files that other packages read.
func LinesOf(raw []byte) map[string]int { return linesOf(raw) }

// linesOf are the lines on which the values of a JSON file begin, by place: "steps[2].fields[1]".
// Of a file that is not whole it is the line where it breaks.
func linesOf(raw []byte) map[string]int {
	out := map[string]int{}
	if line, broken := breaksAt(raw); broken != nil {
		out[""] = line
		return out
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	var walk func(at string)
	walk = func(at string) {
		tok, err := d.Token()
		if err != nil {
			return
		}
		out[at] = 1 + bytes.Count(raw[:d.InputOffset()], []byte("\n"))
		switch tok {
		case json.Delim('{'):
			for d.More() {
				name, _ := d.Token() //nolint:errcheck // it is whole
				walk(join(at, fmt.Sprint(name)))
			}
		case json.Delim('['):
			for i := 1; d.More(); i++ {
				walk(fmt.Sprintf("%s[%d]", at, i))
			}
		default:
			return
		}
		_, _ = d.Token() //nolint:errcheck // as above
	}
	walk("")
	return out
}

var (
	placeAt = regexp.MustCompile(`^[a-z0-9_]+(\[\d+\])?( \([^)]*\))?(\.[a-z0-9_/]+(\[\d+\])?( \([^)]*\))?)*`)
	nameIn  = regexp.MustCompile(` \([^)]*\)`)
	unknown = regexp.MustCompile(`^\S.*? has the name "([^"]+)", which is not known there`)
)

// lineOf is the line of which a fault speaks that begins with a place; 0 when none is known.
func lineOf(lines map[string]int, fault string) int {
	at := nameIn.ReplaceAllString(placeAt.FindString(fault), "")
	if name := unknown.FindStringSubmatch(fault); name != nil {
		at = join(at, name[1])
	}
	for at != "" {
		if n, ok := lines[at]; ok {
			return n
		}
		at = at[:max(strings.LastIndexByte(at, '.'), 0)]
	}
	return 0
}

// Fault is a fault of the definition with its file and line: "policy-1.json:12: steps[2] …".
func (d *Definition) Fault(words string) string { return faultAt(d.File(), d.lines, words) }

// inFile is Fault of what is a file's own, and not what an overlay made of it; "" of "".
func (d *Definition) inFile(at, words string) string {
	if words == "" || len(d.lines) == 0 {
		return words
	}
	if at != "" {
		words = at + ": " + words
	}
	return d.Fault(words)
}

// placeOf is where one way in which a step can come out stands in the file.
func (d *Definition) placeOf(id Step, outcome string) string {
	at := d.placeOfStep(id)
	s, _ := d.Step(id)
	i := slices.IndexFunc(s.Outcomes, func(o Outcome) bool { return o.ID == outcome })
	return fmt.Sprintf("%s.outcomes[%d]", at, i+1)
}

// placeOfStep is where a step stands in the file; one that is missing would among them.
func (d *Definition) placeOfStep(id Step) string {
	i := slices.IndexFunc(d.AllSteps, func(s StepInfo) bool { return s.ID == id })
	if i < 0 {
		return "steps"
	}
	return fmt.Sprintf("steps[%d] (%s)", i+1, id)
}

func (d *Definition) placeOfState(id State) string {
	i := slices.IndexFunc(d.States, func(s StateInfo) bool { return s.ID == id })
	return fmt.Sprintf("states[%d] (%s)", i+1, id)
}

// File is the name of its file.
func (d *Definition) File() string {
	return or(d.file, fmt.Sprintf("%s-%d.json", d.Process, d.Version))
}

func faultAt(file string, lines map[string]int, words string) string {
	return fmt.Sprintf("%s:%d: %s", file, lineOrTop(lines, words), words)
}

// lineOrTop is lineOf, and where the fault is of the file as a whole its first line, or that
// where it breaks.
func lineOrTop(lines map[string]int, fault string) int {
	return max(cmp.Or(lineOf(lines, fault), lines[""]), 1)
}
