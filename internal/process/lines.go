package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// linesOf are the lines on which the values of a JSON file begin, by place: "steps[2].fields[1]".
// A file that is not whole has none.
func linesOf(raw []byte) map[string]int {
	out := map[string]int{}
	if !json.Valid(raw) {
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
	topName = regexp.MustCompile(`^The file has the name "([^"]+)"`)
)

// lineOf is the line of which a fault speaks that begins with a place; 0 when none is known.
func lineOf(lines map[string]int, fault string) int {
	at := nameIn.ReplaceAllString(placeAt.FindString(fault), "")
	if name := topName.FindStringSubmatch(fault); name != nil {
		at = name[1]
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
func (d *Definition) Fault(words string) string {
	return faultAt(fmt.Sprintf("%s-%d.json", d.Process, d.Version), d.lines, words)
}

func faultAt(file string, lines map[string]int, words string) string {
	if n := lineOf(lines, words); n > 0 {
		return fmt.Sprintf("%s:%d: %s", file, n, words)
	}
	return file + ": " + words
}
