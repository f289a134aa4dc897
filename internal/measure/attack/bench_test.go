package attack

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// national makes one table of 250 organisations by 8 answers with close to 749 marks.
func national(seed uint64, totals []int64, round bool) (Table, []int64, int) {
	r := rand.New(rand.NewPCG(11, seed))
	t := Table{Name: fmt.Sprint(seed), Dims: []string{"trust", fmt.Sprint("q", seed)}}
	col := make([]int64, 8)
	marks := 0
	show := func(at []string, v int64) {
		c := Cell{At: at, Value: Value{Kind: Number, N: v}}
		if v >= 1 && v <= 7 {
			c.Kind = Mark
			marks++
		}
		if round {
			c.N = (v + 2) / 5 * 5
		}
		t.Cells = append(t.Cells, c)
	}
	var all int64
	rows := make([]int64, 250)
	for i := range rows {
		trust := fmt.Sprintf("T%03d", i)
		var row int64
		for j := range 8 {
			v := int64(8 + r.IntN(60))
			if r.Float64() < 0.3745 {
				v = 1 + int64(r.IntN(7))
			}
			if totals != nil && j == 7 {
				v = totals[i] - row
			}
			show([]string{trust, fmt.Sprint("c", j)}, v)
			row += v
			col[j] += v
		}
		rows[i] = row
		all += row
		show([]string{trust, Total}, row)
	}
	for j, v := range col {
		show([]string{Total, fmt.Sprint("c", j)}, v)
	}
	show([]string{Total, Total}, all)
	return t, rows, marks
}

func benchTables(b *testing.B, n int, rules Rules) {
	var tables []Table
	marks := 0
	totals := make([]int64, 250)
	for i := range totals {
		totals[i] = 700
	}
	for i := range n {
		want := totals
		if n == 1 {
			want = nil
		}
		t, _, m := national(uint64(i), want, rules.Base > 1)
		tables = append(tables, t)
		marks += m
	}
	var got Finding
	for b.Loop() {
		var err error
		if got, err = Run(tables, nil, rules, DefaultSteps); err != nil {
			b.Fatal(err)
		}
	}
	unproven := 0
	for _, c := range got.Cells {
		if !c.Proven {
			unproven++
		}
	}
	b.ReportMetric(float64(marks), "marks")
	b.ReportMetric(float64(unproven), "unproven")
	b.Logf("%s, %d marks", got.Status, marks)
}

func BenchmarkAttackExact(b *testing.B)  { benchTables(b, 1, Rules{Base: 1, MarkLow: 1, MarkHigh: 7}) }
func BenchmarkAttackMarked(b *testing.B) { benchTables(b, 1, Marked) }
func BenchmarkAttackHES(b *testing.B)    { benchTables(b, 1, HES) }
func BenchmarkAttack20LinkedExact(b *testing.B) {
	benchTables(b, 20, Rules{Base: 1, MarkLow: 1, MarkHigh: 7})
}
func BenchmarkAttack20LinkedHES(b *testing.B) { benchTables(b, 20, HES) }
