package stats

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"heed/internal/fail"
)

// maxVector is the largest vector file.
const maxVector = 16 << 20

func readVector(path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fail.Wrap(fail.Bad, err, "cannot be opened")
	}
	defer f.Close()
	var v any
	if err := json.NewDecoder(io.LimitReader(f, maxVector)).Decode(&v); err != nil {
		return nil, fail.Wrap(fail.Bad, err, "not JSON")
	}
	return v, nil
}

// asJSON is a result as it would be written, for comparing field by field.
func asJSON(v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return m, nil
}

func remarshal(v, dst any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return decode(raw, dst)
}

// same compares a wanted JSON value with one that was computed: numbers to 1e-6
// relative with a floor of 1e-9, all else exactly.
func same(want, got any) bool {
	a, isNumber := want.(float64)
	b, alsoNumber := got.(float64)
	if isNumber && alsoNumber {
		return math.Abs(a-b) <= math.Max(1e-9, 1e-6*math.Max(math.Abs(a), math.Abs(b)))
	}
	return want == got
}

// differ lists the differences between what is wanted and what was computed. Fields
// that are only in the computed value do not count. Lists are matched by position,
// lists of objects by the keys that name them.
func differ(path string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is missing", path)}
		}
		var out []string
		for _, k := range sortedKeys(w) {
			out = append(out, differ(join(path, k), w[k], g[k])...)
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is missing", path)}
		}
		if len(w) != len(g) {
			return []string{fmt.Sprintf("%s has %d entries, want %d", path, len(g), len(w))}
		}
		by := map[string]any{}
		for i, x := range g {
			by[label(x, i)] = x
		}
		var out []string
		for i, x := range w {
			l := label(x, i)
			out = append(out, differ(path+"["+l+"]", x, by[l])...)
		}
		return out
	}
	if !same(want, got) {
		return []string{fmt.Sprintf("%s is %s, want %s", path, show(got), show(want))}
	}
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// label names an entry of a list by what identifies it.
func label(x any, i int) string {
	m, ok := x.(map[string]any)
	if !ok {
		return fmt.Sprint(i)
	}
	var parts []string
	for _, k := range []string{"series", "period", "unit", "category", "cell"} {
		if v, ok := m[k]; ok {
			s := fmt.Sprint(v)
			if k == "cell" {
				s = cellKey(s)
			}
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return fmt.Sprint(i)
	}
	return strings.Join(parts, " ")
}

// cellKey is a cell's name whatever the order of its dimensions.
func cellKey(name string) string {
	parts := strings.Split(name, " & ")
	slices.Sort(parts)
	return strings.Join(parts, " & ")
}

func show(v any) string {
	switch x := v.(type) {
	case nil:
		return "nothing"
	case string:
		return x
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "something else"
	}
	return string(raw)
}
