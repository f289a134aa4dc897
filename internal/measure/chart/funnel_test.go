package chart

import (
	"strings"
	"testing"

	"heed/internal/measure/funnel"
)

// TestFunnelNamesEveryUnit: a unit that cannot be calculated is named, and no place in a
// funnel is called better or worse by its colour.
func TestFunnelNamesEveryUnit(t *testing.T) {
	o := funnel.Options{Data: funnel.PR, Trim: 0.1, Multiplier: 100}
	f, err := funnel.Compare(append(units(), funnel.Unit{Name: "Nobody asked"}), o)
	if err != nil {
		t.Fatal(err)
	}
	d := Funnel(f, o, Words{})
	s := string(d.File(720))
	if !strings.Contains(d.Subtitle, "Nobody asked") || !strings.HasSuffix(d.Title, "; 1 not calculable") ||
		len(d.Table.Rows) != len(f.Units)+1 {
		t.Errorf("%s / %s: a unit is lost", d.Title, d.Subtitle)
	}
	if strings.Contains(s, better) || strings.Contains(s, worse) {
		t.Error("a place in the funnel has the colour of a judgement")
	}
	f.Unusable = true
	if d = Funnel(f, o, Words{}); strings.Contains(d.Subtitle, "overdispersion") {
		t.Errorf("%s / %s", d.Title, d.Subtitle)
	}
}
