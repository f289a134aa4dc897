package stats

import (
	"fmt"
	"math"
	"strings"

	"heed/internal/fail"
	"heed/internal/measure/attack"
	"heed/internal/measure/disclose"
)

var nan = math.NaN()

// checkSecondary judges our patterns: first by attack, then by the number of cells,
// at most the fewest and max(2, half of it) more.
func checkSecondary(dir string, v map[string]any) ([]string, error) {
	f, err := input(dir, v["true"])
	if err != nil {
		return nil, err
	}
	defer f.Close()
	l, err := readTable("true", f)
	if err != nil {
		return nil, err
	}
	h, err := vectorHierarchy(v, dir, l)
	if err != nil {
		return nil, err
	}
	var out []string
	result, _ := v["result"].(map[string]any)
	for _, key := range sortedKeys(result) {
		want, _ := result[key].(map[string]any)
		margins, criterion, _ := strings.Cut(key, ":")
		need := int64(attack.Enough)
		if criterion == "not_exact" {
			need = 2
		}
		d, err := checkPattern(l, h, margins == "hes_rounded", need, want)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		for _, x := range d {
			out = append(out, key+": "+x)
		}
	}
	return out, nil
}

func checkPattern(l *laid, h attack.Hierarchy, rounded bool, need int64, want map[string]any) ([]string, error) {
	rules := attack.Marked
	if rounded {
		rules = disclose.Rounded
		_, found, err := disclose.Release([]attack.Table{l.table}, nil, h, attack.DefaultSteps)
		if err != nil && !fail.Is(err, fail.Refused) {
			return nil, err
		}
		enough := len(found.Recoverable) == 0 && (need == 2 || len(found.Narrow) == 0) && found.Status != attack.Contradiction
		if w, ok := want["plain_rule_enough"].(bool); ok && w != enough {
			return []string{fmt.Sprintf("the plain rule is enough: %v, want %v", enough, w)}, nil
		}
		if enough || want["fewest_secondary"] == nil {
			return nil, nil
		}
	}
	fewest, bounded := want["fewest_secondary"].(float64)
	p, err := disclose.Suppress([]attack.Table{l.table}, h, disclose.Options{Rules: rules, Need: need,
		Steps: attack.DefaultSteps})
	if err != nil {
		if !bounded && fail.Is(err, fail.Refused) {
			return nil, nil // the search behind the vector found nothing either
		}
		return nil, err
	}
	primary, secondary := hiddenNames([]*laid{l}, p.Tables)
	var out []string
	if w, ok := want["primary"].([]any); ok {
		out = append(out, differ("primary", cellKeys(w), cellKeys(anyList(primary)))...)
	}
	found, err := attack.Run(p.Tables, h, rules, attack.DefaultSteps)
	if err != nil {
		return nil, err
	}
	for _, c := range found.Cells {
		if c.Values() < need {
			out = append(out, fmt.Sprintf("%s keeps %d values, want %d", c.Cell, c.Values(), need))
		}
	}
	if found.Status == attack.Contradiction {
		out = append(out, "the suppressed table fits no true table")
	}
	if most := fewest + math.Max(2, math.Floor(fewest/2)); bounded && float64(len(secondary)) > most {
		out = append(out, fmt.Sprintf("%d further cells hidden, want at most %g (fewest %g)", len(secondary), most, fewest))
	}
	return out, nil
}

func anyList(names []string) []any {
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out
}
