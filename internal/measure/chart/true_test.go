package chart

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/measure/xmr"
)

// TestTrueSentences: what stands above a chart holds of every value that it speaks of.
func TestTrueSentences(t *testing.T) {
	hundreds := slices.Repeat([]float64{100}, 12)
	full := slices.Repeat([]float64{95}, 12)
	early := []float64{58, 70, 61, 64, 66, 59, 63, 62, 60, 65, 67, 61, 64}
	spread := []float64{96, 99, 95, 98, 100, 95, 97, 99, 95, 98, 96, 100, 95, 98, 97, 99}
	moved := append(slices.Clone(early), 90, 91, 92, 90, 93, 91, 92, 90, 91, 92, 90, 91, 92)
	counts := []float64{2, 9, 1, 12, 3, 8, 0, 14, 2, 11, 1, 9, 5}
	at := func(v float64) *float64 { return &v }
	rebased := []string{"2023-02-01"}
	for name, c := range map[string]struct {
		o      xmr.Options
		values []float64
		says   string
		not    string
	}{
		"later values differ from fixed limits": {xmr.Options{Direction: xmr.Increase, FixAfter: 12},
			append(slices.Clone(hundreds), 80, 82, 100), "100% in Mar 2023, on the mean", "Always"},
		"always since the rebase": {xmr.Options{Direction: xmr.Increase, Rebase: rebased, Target: at(95)},
			append(slices.Clone(early), full...), "Always 95% from Feb 2023 to Jan 2024", "Always 95%, to"},
		"the target since the rebase": {xmr.Options{Direction: xmr.Increase, Rebase: rebased, Target: at(95)},
			append(slices.Clone(early), full...), "always met since Feb 2023", "hit and miss"},
		"missed before the rebase": {xmr.Options{Direction: xmr.Increase, Rebase: rebased, Target: at(80)},
			moved, "always met since Feb 2023", "missed 13"},
		"never missed": {xmr.Options{Direction: xmr.Increase, Target: at(95)}, spread, "met 16 of 16 times, may be missed",
			"hit and miss"},
		"fixed limits that no longer hold": {xmr.Options{Direction: xmr.Increase, FixAfter: 13, Target: at(80)}, moved,
			"hit and miss", "usually"},
		"counts are never below 0": {xmr.Options{Direction: xmr.Decrease, Counts: true}, counts, "usually 0", "usually -"},
	} {
		w := Words{Unit: "%"}
		if c.o.Counts {
			w.Unit = ""
		}
		d := string(XmR(judged(t, c.o, c.values...), c.o, w).File(720))
		if !strings.Contains(d, c.says) || strings.Contains(d, c.not) {
			t.Errorf("%s: wants %q and not %q: %s", name, c.says, c.not, d[:min(1200, len(d))])
		}
	}
}

// TestSmallChartsThatAreNotJudged: a series without limits shows neither change nor none.
func TestSmallChartsThatAreNotJudged(t *testing.T) {
	o := xmr.Options{Direction: xmr.Decrease, Counts: true}
	few := Small{"Few", judged(t, o, 0, 1, 0, 0, 2, 0), o}
	one := Small{"One", judged(t, o, 40), o}
	steady := Small{"Steady", judged(t, o, 40, 44, 39, 42, 41, 43, 40, 44, 39, 42, 41, 43, 40), o}
	for title, all := range map[string][]Small{
		"3 series, none with enough to be judged":         {few, few, one},
		"None of the 1 series with limits shows a change": {steady, few, one},
		"None of 2 series shows a change":                 {steady, steady},
	} {
		d := Multiples(all, Words{})
		if d.Title != title {
			t.Errorf("title %q, want %q", d.Title, title)
		}
		if len(all) == 3 && strings.Count(string(d.File(720)), "no limits drawn") < 2 {
			t.Errorf("%s: a series without limits is called something else", title)
		}
	}
	if d := string(Multiples([]Small{one}, Words{}).File(720)); strings.Contains(d, "common cause") {
		t.Error("one point is called common cause")
	}
}
