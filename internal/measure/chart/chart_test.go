package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"heed/internal/measure/funnel"
	"heed/internal/measure/sheet"
	"heed/internal/measure/xmr"
)

func series(values ...float64) []xmr.Point {
	ps := make([]xmr.Point, len(values))
	for i, v := range values {
		ps[i] = xmr.Point{Period: fmt.Sprintf("%d-%02d-01", 2022+i/12, i%12+1), Value: v}
	}
	return ps
}

func judged(t testing.TB, o xmr.Options, values ...float64) xmr.Chart {
	t.Helper()
	c, err := xmr.Judge(series(values...), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func units() []funnel.Unit {
	var us []funnel.Unit
	for i := range 250 {
		n := float64(40 + i*13)
		us = append(us, funnel.Unit{Name: fmt.Sprintf("Trust <%d>", i),
			Numerator: math.Floor(n * (0.5 + 0.3*math.Sin(float64(i)))), Denominator: n})
	}
	return us
}

// Every is one chart of each kind and of each difficult case.
func Every(t testing.TB) map[string]*Drawing {
	w := Words{Measure: `Advice "in time" <b>`, Place: "A & B", Period: "2022", Unit: "%",
		Source: "Source: Heed, 3 June 2024"}
	target := 75.0
	up := xmr.Options{Direction: xmr.Increase, Target: &target}
	steady := []float64{62, 58, 65, 60, 64, 58, 61, 64, 59, 63, 61, 63, 59}
	fo := funnel.Options{Data: funnel.PR, Trim: 0.1, Multiplier: 100}
	f, err := funnel.Compare(units(), fo)
	if err != nil {
		t.Fatal(err)
	}
	gaps := series(append([]float64{math.NaN()}, steady...)...)
	gaps[4].Ghosted = true
	ghosted, err := xmr.Judge(gaps, up)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Drawing{
		"steady":  XmR(judged(t, up, steady...), up, w),
		"ghosted": XmR(ghosted, up, w),
		"one":     XmR(judged(t, up, 5), up, w),
		"none":    XmR(judged(t, up, math.NaN()), up, w),
		"concern": XmR(judged(t, up, append(steady, 20)...), up, w),
		"better":  XmR(judged(t, up, append(steady, 99)...), up, w),
		"neutral": XmR(judged(t, xmr.Options{Direction: xmr.Neutral}, append(steady, 99)...),
			xmr.Options{Direction: xmr.Neutral}, w),
		"counts": XmR(judged(t, xmr.Options{Direction: xmr.Neutral, Counts: true}, 0, 1, 0, 2, 0),
			xmr.Options{Direction: xmr.Neutral, Counts: true}, w),
		"run":    Run(series(steady...), w),
		"funnel": Funnel(f, fo, w),
		"bars": Bars([]Bar{{"North <x>", 45, 40, 50}, {"South", 4.5, 3, 7}, {"West", math.NaN(), math.NaN(),
			math.NaN()}}, w),
		"multiples": Multiples([]Small{{"A", judged(t, up, steady...), up}, {"B", judged(t, up, append(steady, 20)...), up}},
			w),
	}
}

// TestSafeAndLegible: well-formed, nothing that a strict policy would block, no colour
// under 3:1 on white and no text under 4.5:1, no text under 16, and every number and
// name escaped.
func TestSafeAndLegible(t *testing.T) {
	colour := regexp.MustCompile(`(fill|stroke)="([^"]*)"`)
	for name, d := range Every(t) {
		for form, s := range map[string]string{"inline": d.Inline(), "file": string(d.File(360)), "figure": d.Figure(2)} {
			dec := xml.NewDecoder(strings.NewReader(s))
			inText := 0
			for {
				tok, err := dec.Token()
				if err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s %s is not well-formed: %v", name, form, err)
				}
				e, ok := tok.(xml.StartElement)
				if !ok {
					continue
				}
				if e.Name.Local == "script" || e.Name.Local == "style" || e.Name.Local == "foreignObject" ||
					e.Name.Local == "image" || e.Name.Local == "use" {
					t.Errorf("%s %s has <%s>", name, form, e.Name.Local)
				}
				for _, a := range e.Attr {
					if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
						t.Errorf("%s %s has the attribute %s", name, form, a.Name.Local)
					}
					if size, err := strconv.ParseFloat(a.Value, 64); a.Name.Local == "font-size" && (err != nil || size < 16) {
						t.Errorf("%s %s has text of size %s", name, form, a.Value)
					}
					if e.Name.Local == "text" && a.Name.Local == "fill" {
						if inText++; contrast(t, a.Value) < 4.5 {
							t.Errorf("%s %s: text in %s is under 4.5:1", name, form, a.Value)
						}
					}
				}
			}
			if inText == 0 {
				t.Errorf("%s %s has no text", name, form)
			}
			for _, m := range colour.FindAllStringSubmatch(s, -1) {
				if m[2] != "none" && m[2] != backing && contrast(t, m[2]) < 3 {
					t.Errorf("%s %s: %s is under 3:1 on white", name, form, m[2])
				}
			}
			if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
				t.Errorf("%s %s draws a number that is none", name, form)
			}
		}
		if d.Title == "" || len(d.Table.Header) == 0 {
			t.Errorf("%s has no finding or no table", name)
		}
	}
}

func contrast(t *testing.T, hex string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil || len(hex) != 7 {
		t.Fatalf("%s is no colour", hex)
	}
	channel := func(c uint64) float64 {
		x := float64(c&255) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 1.05 / (0.2126*channel(v>>16) + 0.7152*channel(v>>8) + 0.0722*channel(v) + 0.05)
}

// TestFindings: the titles say what the numbers say.
func TestFindings(t *testing.T) {
	all := Every(t)
	for name, want := range map[string]string{
		"steady":    "No change to be seen: 59% in Jan 2023, usually 50.4% to 72.2%",
		"concern":   "20% in Feb 2023: below the usual range, which begins at ",
		"better":    "99% in Feb 2023: above the usual range, which ends at ",
		"counts":    "0% in May 2022",
		"none":      "No values yet",
		"run":       "Down from 62% in Jan 2022 to 59% in Jan 2023",
		"bars":      "From 4.5% (South) to 45% (North <x>)",
		"multiples": "1 of 2 series shows a change",
	} {
		if got := all[name].Title; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	one := funnel.Funnel{Units: []funnel.Judged{{}}}
	if got := findFunnel(one); got != "1 organisation lies within the 99.8% limits" {
		t.Errorf("one organisation: %q", got)
	}
	one.Units[0].OverFlag.Out998 = true
	if got := findFunnel(one); got != "1 of 1 organisation lies outside the 99.8% limits" {
		t.Errorf("one organisation outside: %q", got)
	}
	c := judged(t, xmr.Options{Direction: xmr.Increase}, 50, 53, 49, 52, 51, 54, 50, 48, 49.5, 51, 52.5, 54, 55.5, 57)
	if got := XmR(c, xmr.Options{Direction: xmr.Increase}, Words{}).Title; got != "Rising for 7 periods in a row, to 57 "+
		"in Feb 2023" {
		t.Errorf("trend: %q", got)
	}
	c = judged(t, xmr.Options{Direction: xmr.Increase}, 70, 72, 69, 73, 71, 74, 70, 72, 71, 73, 64, 65, 63, 66, 64, 65,
		63.5, 64.8)
	if got := XmR(c, xmr.Options{Direction: xmr.Increase}, Words{}).Title; got != "The last 8 values are all below the "+
		"mean of 68.3" && got != "The last 8 values are all below the mean of 68.4" {
		t.Errorf("shift: %q", got)
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1234567: "1,234,567", 61.483: "61.5", 0.0449955: "0.045",
		-0.05: "−0.05", 100: "100", 99.96: "100"} {
		if got := Number(v, ""); got != want {
			t.Errorf("Number(%v) = %s, want %s", v, got, want)
		}
	}
	if Number(math.Inf(1), "%") != "[x]" {
		t.Error("an endless number is shown")
	}
}

// TestDownload: the table of every chart makes a spreadsheet without blank cells.
func TestDownload(t *testing.T) {
	for name, d := range Every(t) {
		b := sheet.Book{Title: d.Title, Tables: []sheet.Table{d.Table.Sheet("Data", d.Title)}}
		if _, err := b.ODS(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := sheet.CSV(b.Tables[0]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkXmR(b *testing.B) {
	o := xmr.Options{Direction: xmr.Increase}
	var v []float64
	for i := range 36 {
		v = append(v, 60+5*math.Sin(float64(i)))
	}
	c := judged(b, o, v...)
	for b.Loop() {
		XmR(c, o, Words{Measure: "Advice in time"}).Inline()
	}
}

func BenchmarkFunnel(b *testing.B) {
	o := funnel.Options{Data: funnel.PR, Trim: 0.1, Multiplier: 100}
	f, err := funnel.Compare(units(), o)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Funnel(f, o, Words{}).Inline()
	}
}
