package disclose

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

func n(v int64) attack.Value { return attack.Value{Kind: attack.Number, N: v} }

// TestHES holds the rule against the published boundaries.
func TestHES(t *testing.T) {
	for v, want := range map[int64]string{0: "0", 1: "*", 7: "*", 8: "10", 12: "10", 13: "15", 17: "15", 18: "20",
		22: "20", 23: "25", 100: "100", 102: "100", 103: "105"} {
		if got := Text(HES(v)); got != want {
			t.Errorf("HES(%d) = %s, want %s", v, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		y, n int64
		want string
	}{{3, 100, "*"}, {0, 5, "*"}, {1234, 4003, "30.8"}, {123, 402, "31"}, {20, 41, "50"}, {0, 500, "0"}} {
		if got, err := Percent(c.y, c.n); err != nil || got != c.want {
			t.Errorf("Percent(%d, %d) = %s %v, want %s", c.y, c.n, got, err, c.want)
		}
	}
	if _, err := Percent(2, 1); err == nil {
		t.Error("more than all of them is taken")
	}
	if MayAverage(7) || !MayAverage(8) {
		t.Error("the boundary of averages")
	}
}

// table makes a two-way table with margins.
func table(name, rowDim, colDim string, inner [][]int64) attack.Table {
	t := attack.Table{Name: name, Dims: []string{rowDim, colDim}}
	cols := make([]int64, len(inner[0]))
	var all int64
	for i, row := range inner {
		var sum int64
		at := fmt.Sprintf("%s%d", rowDim, i)
		for j, v := range row {
			t.Cells = append(t.Cells, attack.Cell{At: []string{at, fmt.Sprintf("%s%d", colDim, j)}, Value: n(v)})
			sum += v
			cols[j] += v
		}
		all += sum
		t.Cells = append(t.Cells, attack.Cell{At: []string{at, attack.Total}, Value: n(sum)})
	}
	for j, v := range cols {
		t.Cells = append(t.Cells, attack.Cell{At: []string{attack.Total, fmt.Sprintf("%s%d", colDim, j)}, Value: n(v)})
	}
	t.Cells = append(t.Cells, attack.Cell{At: []string{attack.Total, attack.Total}, Value: n(all)})
	return t
}

// TestSevensRefused: the HES rule alone publishes "* * 15 / * * 15 / 15 15 30", from
// which every mark is 7.
func TestSevensRefused(t *testing.T) {
	sevens := table("sevens", "trust", "answer", [][]int64{{7, 7}, {7, 7}})
	_, found, err := Release([]attack.Table{sevens}, nil, nil, attack.DefaultSteps)
	if !fail.Is(err, fail.Refused) || len(found.Recoverable) != 4 {
		t.Fatalf("sevens are released: %v, %v", err, found)
	}
	// Nor are they published again under another meaning of the same marks: a reader who
	// takes each for 1 to 7 finds none. The larger table is too large for the reader who
	// knows the program.
	seven := []int64{7, 7, 7, 7}
	for _, a := range []attack.Table{sevens, table("many", "trust", "answer", [][]int64{seven, seven, seven, seven})} {
		p, err := Suppress([]attack.Table{a}, nil, Options{Rules: Rounded, Need: 3, Steps: attack.DefaultSteps})
		if fail.Is(err, fail.Refused) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if found, err := attack.Run(p.Tables, nil, attack.HES, attack.DefaultSteps); err != nil ||
			len(found.Recoverable) > 0 {
			t.Errorf("%s: marks taken for 1 to 7 tell %v: %v %v", a.Name, found.Recoverable, err, p.Tables)
		}
	}
}

// TestSuppressedIsSafe: whatever is released is safe under the attack, with the
// editions before it. Each table is published, then broken down another way over the
// same rows, so that the editions share their margins.
func TestSuppressedIsSafe(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	released, refused, second := 0, 0, 0
	for i := range 400 {
		rules := []attack.Rules{attack.Marked, Rounded}[i%2]
		rows := 2 + r.IntN(4)
		first := random(r, rows, 2+r.IntN(3), nil)
		a := table("first", "trust", "answer", first)
		p, err := Suppress([]attack.Table{a}, nil, Options{Rules: rules, Need: 3, Steps: attack.DefaultSteps})
		if fail.Is(err, fail.Refused) {
			refused++
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		released++
		safe(t, i, p.Tables, nil, rules, a)
		again, err := Suppress([]attack.Table{a}, nil, Options{Rules: rules, Need: 3, Steps: attack.DefaultSteps,
			Earlier: p.Tables})
		if err != nil {
			t.Fatalf("table %d: its own second edition is refused: %v", i, err)
		}
		safe(t, i, again.Tables, p.Tables, rules, a)
		b := table("second", "trust", "sex", random(r, rows, 2, first))
		q, err := Suppress([]attack.Table{b}, nil, Options{Rules: rules, Need: 3, Steps: attack.DefaultSteps,
			Earlier: p.Tables})
		if fail.Is(err, fail.Refused) {
			refused++
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		second++
		safe(t, i, q.Tables, p.Tables, rules, b)
	}
	t.Logf("released %d, with an earlier edition %d, refused %d", released, second, refused)
	if released < 300 || second < 150 {
		t.Errorf("too much is refused to prove anything: released %d, second %d, refused %d", released, second, refused)
	}
}

// random fills a table; like, when given, fixes the row totals.
func random(r *rand.Rand, rows, cols int, like [][]int64) [][]int64 {
	out := make([][]int64, rows)
	for i := range out {
		out[i] = make([]int64, cols)
		if like != nil {
			var sum int64
			for _, v := range like[i] {
				sum += v
			}
			out[i][0] = r.Int64N(sum + 1)
			out[i][1] = sum - out[i][0]
			continue
		}
		for j := range out[i] {
			out[i][j] = int64(r.IntN(30))
			if r.IntN(3) == 0 {
				out[i][j] = int64(r.IntN(8))
			}
		}
	}
	return out
}

// safe attacks what was published, and holds every true number against what is shown.
func safe(t *testing.T, i int, published, earlier []attack.Table, rules attack.Rules, truth attack.Table) {
	t.Helper()
	found, err := attack.Run(append(append([]attack.Table{}, published...), earlier...), nil, rules, attack.DefaultSteps)
	if err != nil || found.Status != attack.Safe {
		t.Fatalf("table %d is released and is %s: %v %v", i, found.Status, err, published)
	}
	for j, c := range published[0].Cells {
		v := truth.Cells[j].N
		if IsSmall(v) && c.Kind != attack.Mark {
			t.Fatalf("table %d shows the small count of %v", i, c.At)
		}
		if c.Kind == attack.Number && c.N != rules.Round(v) || v == 0 && c.Kind != attack.Number {
			t.Fatalf("table %d shows %v for %d", i, c, v)
		}
	}
}

// TestEarlierEditionTells: what an earlier edition shows cannot be hidden again.
func TestEarlierEditionTells(t *testing.T) {
	now := table("now", "trust", "answer", [][]int64{{3, 20, 13}, {11, 9, 8}, {10, 15, 12}})
	_, err := Suppress([]attack.Table{now}, nil, Options{Rules: attack.Marked, Need: 3, Earlier: []attack.Table{now},
		Steps: attack.DefaultSteps})
	if !fail.Is(err, fail.Refused) {
		t.Fatalf("an edition with the true numbers is overlooked: %v", err)
	}
}

func national(rows, cols int, small float64) attack.Table {
	r := rand.New(rand.NewPCG(5, 5))
	inner := make([][]int64, rows)
	for i := range inner {
		inner[i] = make([]int64, cols)
		for j := range inner[i] {
			inner[i][j] = int64(8 + r.IntN(60))
			if r.Float64() < small {
				inner[i][j] = 1 + int64(r.IntN(7))
			}
		}
	}
	return table("national", "trust", "answer", inner)
}

func benchSuppress(b *testing.B, rules attack.Rules) {
	t := national(250, 8, 0.3745)
	var p Pattern
	for b.Loop() {
		var err error
		if p, err = Suppress([]attack.Table{t}, nil, Options{Rules: rules, Need: 3, Steps: attack.DefaultSteps}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(p.Primary)), "primary")
	b.ReportMetric(float64(len(p.Secondary)), "secondary")
}

func BenchmarkSuppressExact(b *testing.B)   { benchSuppress(b, attack.Marked) }
func BenchmarkSuppressRounded(b *testing.B) { benchSuppress(b, Rounded) }
