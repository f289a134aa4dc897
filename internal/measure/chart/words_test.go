package chart

import (
	"strings"
	"testing"

	"heed/internal/measure/xmr"
)

// TestWordsAndMarksAgree: what stands above a chart is not denied by what is in it.
func TestWordsAndMarksAgree(t *testing.T) {
	hundred := 100.0
	up := xmr.Options{Direction: xmr.Increase, Target: &hundred}
	always := make([]float64, 14)
	for i := range always {
		always[i] = 100
	}
	high := []float64{98, 99, 98, 97, 99, 98, 100, 99, 98, 97, 99, 98, 99, 98}
	ninety := 90.0
	low := []float64{50, 52, 51, 50, 53, 51, 52, 50, 51, 95, 52, 50, 51, 52, 50}
	for name, c := range map[string]struct {
		o      xmr.Options
		values []float64
		says   string
		not    string
	}{
		"always on the target":     {up, always, "always met", "hit and miss"},
		"a percentage ends at 100": {xmr.Options{Direction: xmr.Increase}, high, "to 100%", "to 10"},
		"one month says otherwise": {xmr.Options{Direction: xmr.Increase, Target: &ninety, Screen: true}, low,
			"usually missed, met 1 of 15", "never met"},
		"one point": {up, []float64{99}, "99%", "common cause"},
		"small counts keep no mark": {xmr.Options{Direction: xmr.Decrease, Counts: true},
			[]float64{0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0}, "no limits are drawn", "concern"},
	} {
		d := string(XmR(judged(t, c.o, c.values...), c.o, Words{Unit: "%"}).File(720))
		d = strings.ReplaceAll(d, "to 100%", "to #")
		if !strings.Contains(d, strings.ReplaceAll(c.says, "to 100%", "to #")) || strings.Contains(d, c.not) {
			t.Errorf("%s: wants %q and not %q: %s", name, c.says, c.not, d[:min(900, len(d))])
		}
	}
}
