package xmr

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fail"
)

func points(values ...float64) []Point {
	ps := make([]Point, len(values))
	for i, v := range values {
		ps[i] = Point{Period: fmt.Sprintf("%04d-01-01", 2000+i), Value: v}
	}
	return ps
}

func draw(t *rapid.T) []Point {
	vs := rapid.SliceOfN(rapid.IntRange(-40, 40), 1, 40).Draw(t, "values")
	ps := make([]Point, len(vs))
	for i, v := range vs {
		ps[i] = Point{Period: fmt.Sprintf("%04d-01-01", 2000+i), Value: float64(v) / 4}
		switch rapid.IntRange(0, 19).Draw(t, "kind") {
		case 0:
			ps[i].Value = math.NaN()
		case 1:
			ps[i].Ghosted = true
		}
	}
	return ps
}

func mustJudge(t interface{ Fatal(...any) }, ps []Point, o Options) Chart {
	c, err := Judge(ps, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestScale: another unit changes the lines by the same factor, and no signal.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := draw(t)
		o := Options{Direction: Increase, Screen: rapid.Bool().Draw(t, "screen")}
		a := mustJudge(t, ps, o)
		big := make([]Point, len(ps))
		for i, p := range ps {
			big[i] = p
			big[i].Value = p.Value*64 + 4096
		}
		b := mustJudge(t, big, o)
		for i := range a.Marks {
			x, y := a.Marks[i], b.Marks[i]
			if x.Cause != y.Cause || x.Side != y.Side || x.Limited() && !Same(x.Upper*64+4096, y.Upper) {
				t.Fatalf("point %d: %+v becomes %+v", i, x, y)
			}
		}
	})
}

// TestMirror: upside down, high becomes low and improvement becomes concern.
func TestMirror(t *testing.T) {
	turned := map[Cause]Cause{CommonCause: CommonCause, AboveLimit: BelowLimit, BelowLimit: AboveLimit, Rising: Falling,
		Falling: Rising, TwoAbove: TwoBelow, TwoBelow: TwoAbove, ShiftAbove: ShiftBelow, ShiftBelow: ShiftAbove}
	rapid.Check(t, func(t *rapid.T) {
		ps := draw(t)
		down := make([]Point, len(ps))
		for i, p := range ps {
			down[i] = p
			down[i].Value = -p.Value
		}
		a, b := mustJudge(t, ps, Options{Direction: Increase}), mustJudge(t, down, Options{Direction: Decrease})
		for i := range a.Marks {
			if b.Marks[i].Cause != turned[a.Marks[i].Cause] || a.Marks[i].Type != b.Marks[i].Type {
				t.Fatalf("point %d: %s %s, mirrored %s %s", i, a.Marks[i].Cause, a.Marks[i].Type, b.Marks[i].Cause, b.Marks[i].Type)
			}
		}
	})
}

// TestOrder: the rows may come in any order.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := draw(t)
		a := mustJudge(t, ps, Options{Direction: Neutral})
		b := mustJudge(t, rapid.Permutation(ps).Draw(t, "order"), Options{Direction: Neutral})
		for i := range a.Marks {
			if a.Marks[i].Period != b.Marks[i].Period || a.Marks[i].Cause != b.Marks[i].Cause || a.Icon != b.Icon {
				t.Fatalf("point %d differs", i)
			}
		}
	})
}

// TestTrendAfterDrop: the last point of a rise that another rise follows is still rising.
func TestTrendAfterDrop(t *testing.T) {
	c := mustJudge(t, points(1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7), Options{Direction: Increase})
	for i, m := range c.Marks {
		if m.Cause != Rising {
			t.Errorf("point %d is %s", i, m.Cause)
		}
	}
	c = mustJudge(t, points(-20, 20, -20, 20, -20, 1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1), Options{Direction: Increase})
	if c.Marks[10].Cause != Rising || c.Marks[11].Cause != Falling {
		t.Errorf("at the turn: %s, %s", c.Marks[10].Cause, c.Marks[11].Cause)
	}
}

// TestGapBreaks: a window with a missing value never signals.
func TestGapBreaks(t *testing.T) {
	c := mustJudge(t, points(-20, 20, -20, 1, 2, 3, math.NaN(), 4, 5, 6, 7, 8, -20), Options{Direction: Increase})
	for _, m := range c.Marks {
		if m.Cause != CommonCause {
			t.Errorf("%s is %s", m.Period, m.Cause)
		}
	}
}

func TestCorners(t *testing.T) {
	target := 101.0
	c := mustJudge(t, points(100, 100, 100), Options{Direction: Increase, Screen: true, Target: &target})
	if m := c.Marks[0]; m.Upper != 100 || m.Lower != 100 || m.Outside || c.Assurance != "consistent_fail" {
		t.Errorf("constant series: %+v %s", m, c.Assurance)
	}
	zeros := make([]float64, 24)
	zeros[7] = 1
	c = mustJudge(t, points(zeros...), Options{Direction: Neutral, Screen: true, Counts: true})
	if !c.Collapsed || !c.LowCounts {
		t.Error("a nearly constant series of small counts is not warned of")
	}
	c = mustJudge(t, append(points(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 9), Point{Period: "2100-01-01", Value: math.NaN()}),
		Options{Direction: Increase})
	if c.Icon != "improvement_high" {
		t.Errorf("the icon of a missing last row is %s", c.Icon)
	}
	if c = mustJudge(t, points(5), Options{Direction: Increase, Target: &target}); c.Marks[0].Limited() ||
		c.Assurance != "inconsistent" {
		t.Error("one point has limits")
	}
	c = mustJudge(t, points(1, 2, 3), Options{Direction: Increase, Rebase: []string{"2000-01-01"}})
	if c.Marks[0].Segment != 1 {
		t.Error("a rebase on the first date does not make the first segment number 1")
	}
	for name, f := range map[string]func() (Chart, error){
		"no points":    func() (Chart, error) { return Judge(nil, Options{Direction: Increase}) },
		"no direction": func() (Chart, error) { return Judge(points(1), Options{}) },
		"date twice":   func() (Chart, error) { return Judge(append(points(1), points(2)...), Options{Direction: Increase}) },
		"rebase astray": func() (Chart, error) {
			return Judge(points(1), Options{Direction: Increase, Rebase: []string{"1999-01-01"}})
		},
		"fix too early": func() (Chart, error) { return Judge(points(1), Options{Direction: Increase, FixAfter: 11}) },
		"endless":       func() (Chart, error) { return Judge(points(math.Inf(1)), Options{Direction: Increase}) },
	} {
		if _, err := f(); !fail.Is(err, fail.Bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkTenThousand judges 10,000 series of 36 points.
func BenchmarkTenThousand(b *testing.B) {
	v := make([]float64, 36)
	for i := range v {
		v[i] = 60 + 5*math.Sin(float64(i*i))
	}
	ps := points(v...)
	for b.Loop() {
		for range 10_000 {
			mustJudge(b, ps, Options{Direction: Increase, Screen: true})
		}
	}
}
