package disclose

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"heed/internal/fail"
	"heed/internal/measure/attack"
)

// worlds is how many made-up worlds are gone through: 100, or HEED_WORLDS.
func worlds() int {
	if n, err := strconv.Atoi(os.Getenv("HEED_WORLDS")); err == nil {
		return n
	}
	return 100
}

func long() bool { return os.Getenv("HEED_WORLDS") != "" }

// world is a true count of people: for each trust how many gave the first answer, how
// many the second, and how many of both are of the first sex.
type world struct {
	true  map[string]point
	known map[string]*[len(quantities)]bounds
}

type point [3]int64

type bounds struct {
	low, high int64
	marked    bool
}

// quantity is what a table shows of a point.
type quantity struct {
	dim, member string
	of          func(p point) int64
}

var quantities = [...]quantity{
	{"answer", "answer0", func(p point) int64 { return p[0] }},
	{"answer", "answer1", func(p point) int64 { return p[1] }},
	{"", attack.Total, func(p point) int64 { return p[0] + p[1] }},
	{"sex", "sex0", func(p point) int64 { return p[2] }},
	{"sex", "sex1", func(p point) int64 { return p[0] + p[1] - p[2] }},
}

var worldParts = attack.Hierarchy{"trust": {"North": {"t0", "t1"}, "South": {"t2", "t3"}}}

// pairs are the sums of places, from below.
var pairs = [][3]string{{"t0", "t1", "North"}, {"t2", "t3", "South"}, {"North", "South", attack.Total}}

func newWorld(r *rand.Rand) *world {
	w := &world{true: map[string]point{}, known: map[string]*[len(quantities)]bounds{}}
	for _, t := range []string{"t0", "t1", "t2", "t3"} {
		p := point{r.Int64N(25), r.Int64N(25)}
		if r.IntN(3) == 0 {
			p[r.IntN(2)] = r.Int64N(6)
		}
		p[2] = r.Int64N(p[0] + p[1] + 1)
		w.true[t] = p
	}
	for _, p := range pairs {
		w.true[p[2]] = plus(w.true[p[0]], w.true[p[1]])
	}
	for place := range w.true {
		w.known[place] = &[len(quantities)]bounds{}
		for q := range quantities {
			w.known[place][q] = bounds{0, 1 << 40, false}
		}
	}
	return w
}

func plus(a, b point) point { return point{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }

// table is the true table of trusts and regions by answer or by sex.
func (w *world) table(dim string) attack.Table {
	t := attack.Table{Name: dim, Dims: []string{"trust", dim}}
	for _, place := range []string{"t0", "t1", "North", "t2", "t3", "South", attack.Total} {
		for _, q := range quantities {
			if q.dim == dim || q.dim == "" {
				t.Cells = append(t.Cells, attack.Cell{At: []string{place, q.member}, Value: n(q.of(w.true[place]))})
			}
		}
	}
	return t
}

// deal parts a table into files at random.
func deal(r *rand.Rand, t attack.Table) []attack.Table {
	files := make([]attack.Table, 2+r.IntN(3))
	for i := range files {
		files[i] = attack.Table{Name: fmt.Sprint(t.Name, i), Dims: t.Dims}
	}
	for _, c := range t.Cells {
		i := r.IntN(len(files))
		files[i].Cells = append(files[i].Cells, c)
	}
	return slices.DeleteFunc(files, func(f attack.Table) bool { return len(f.Cells) == 0 })
}

// publish does what `heed stats disclose --secondary` does; the tables come back with
// the rules that they were published by, nil when they are refused.
func publish(t *testing.T, tables, earlier []attack.Table, exact bool) []attack.Table {
	t.Helper()
	rules := attack.HES
	out, _, err := Release(tables, earlier, worldParts, attack.DefaultSteps)
	if exact || fail.Is(err, fail.Refused) {
		if rules = Rounded; exact {
			rules = attack.Marked
		}
		var p Pattern
		p, err = Suppress(tables, worldParts, Options{Rules: rules, Need: 3, Earlier: earlier, Steps: attack.DefaultSteps})
		out = p.Tables
	}
	if fail.Is(err, fail.Refused) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		out[i].Rules = &rules
	}
	return out
}

// learn adds what a reader sees in published tables, worked out apart from the program.
func (w *world) learn(tables []attack.Table) {
	for _, t := range tables {
		for _, c := range t.Cells {
			q := slices.IndexFunc(quantities[:], func(q quantity) bool { return q.member == c.At[1] })
			b := bounds{low: c.N, high: c.N}
			switch {
			case c.Kind == attack.Mark && *t.Rules == attack.HES:
				b = bounds{1, 7, true}
			case c.Kind == attack.Mark:
				b = bounds{1, 1 << 40, true}
			case t.Rules.Base == 5 && c.N > 0:
				b = bounds{low: max(8, c.N-2), high: c.N + 2}
			}
			k := &w.known[c.At[0]][q]
			k.low, k.high, k.marked = max(k.low, b.low), min(k.high, b.high), k.marked || b.marked
		}
	}
}

// hiddenValues gives how many values each marked cell has in true tables that fit all that
// is known, among those in which no number of a trust is further than reach from the truth.
func (w *world) hiddenValues(reach int64) map[string]int {
	possible := map[string]map[point]bool{}
	for place, p := range w.true {
		possible[place] = map[point]bool{}
		if place[0] != 't' {
			continue
		}
		for a := -reach; a <= reach; a++ {
			for b := -reach; b <= reach; b++ {
				for s := -reach; s <= reach; s++ {
					if x := plus(p, point{a, b, s}); w.fits(place, x) {
						possible[place][x] = true
					}
				}
			}
		}
	}
	for _, p := range pairs { // from below: the sums that there can be
		for x := range possible[p[0]] {
			for y := range possible[p[1]] {
				if sum := plus(x, y); w.fits(p[2], sum) {
					possible[p[2]][sum] = true
				}
			}
		}
	}
	for i := range pairs { // and from above: the parts that stand in one of them
		p, used := pairs[len(pairs)-1-i], [2]map[point]bool{{}, {}}
		for x := range possible[p[0]] {
			for y := range possible[p[1]] {
				if possible[p[2]][plus(x, y)] {
					used[0][x], used[1][y] = true, true
				}
			}
		}
		possible[p[0]], possible[p[1]] = used[0], used[1]
	}
	out := map[string]int{}
	for place, known := range w.known {
		for q, b := range known {
			if b.marked {
				values := map[int64]bool{}
				for p := range possible[place] {
					values[quantities[q].of(p)] = true
				}
				out[place+" "+quantities[q].member] = len(values)
			}
		}
	}
	return out
}

func (w *world) fits(place string, p point) bool {
	for q, b := range w.known[place] {
		if v := quantities[q].of(p); v < b.low || v > b.high {
			return false
		}
	}
	return true
}

// TestWorlds: whatever is released, in one file or dealt into several, alone or with an
// earlier edition of the same people, leaves every hidden cell three values or more: to
// our own attack, and to a search that shares nothing with it. Dealing changes nothing.
func TestWorlds(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 16))
	released, second, refused, cells := 0, 0, 0, 0
	for i := range worlds() {
		w, exact := newWorld(r), i%2 == 1
		var editions []attack.Table
		for nth, dim := range []string{"answer", "sex"} {
			truth := w.table(dim)
			whole := publish(t, []attack.Table{truth}, editions, exact)
			parts := publish(t, deal(r, truth), editions, exact)
			if (whole == nil) != (parts == nil) {
				t.Fatalf("world %d: in one file released %v, dealt into several %v: %v", i, whole != nil, parts != nil, truth)
			}
			if whole == nil {
				refused++
				break
			}
			if a, b := shownIn(whole), shownIn(parts); !slices.Equal(a, b) {
				t.Fatalf("world %d: in one file and in several something else is published:\n%v\n%v", i, a, b)
			}
			released, second = released+1, second+nth
			editions = append(editions, whole...)
			found, err := attack.Run(editions, worldParts, attack.HES, attack.DefaultSteps)
			if err != nil || found.Status != attack.Safe {
				t.Fatalf("world %d is released and is %s: %v %v", i, found.Status, err, editions)
			}
			w.learn(whole)
			for name, values := range w.hiddenValues(3) {
				if cells++; values < 3 {
					t.Errorf("world %d: %s can have %d values", i, name, values)
				}
			}
		}
	}
	t.Logf("%d released, %d with an earlier edition, %d refused, %d hidden cells", released, second, refused, cells)
	if released < worlds()/2 || second < worlds()/5 || cells < worlds() {
		t.Error("too little is released to prove anything")
	}
}

// shownIn lists what tables show, whichever file it stands in.
func shownIn(tables []attack.Table) (out []string) {
	for _, t := range tables {
		for _, c := range t.Cells {
			out = append(out, fmt.Sprint(t.Dims, c))
		}
	}
	slices.Sort(out)
	return out
}
