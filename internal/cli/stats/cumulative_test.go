package stats

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// year is a made-up world of two cumulative editions: two trusts, what each counted by
// June, and what came until September.
type year struct{ juneA, juneB, moreA, moreB int }

func (y year) september() [2]int { return [2]int{y.juneA + y.moreA, y.juneB + y.moreB} }

// most is how many came to one trust at most, in the worlds that are gone through: well
// beyond 7, so that whatever a reader can shut out is shut out within it.
const most = 12

// worlds are all that fit what June published.
func worlds(june string) (all []year) {
	a := []int{20}
	if june == "*" {
		a = []int{1, 2, 3, 4, 5, 6, 7}
	}
	for _, juneA := range a {
		for moreA := range most + 1 {
			for moreB := range most + 1 {
				all = append(all, year{juneA, 30, moreA, moreB})
			}
		}
	}
	return all
}

// TestCumulativeEditionsEnumerated goes through every world of two cumulative editions
// and holds each release of September against three readers who have June's: one who is
// told that a mark hides 1 or more, one who takes each mark for 1 to 7 (of the count, or
// where that cannot be, of what came since June), and one who knows this program. For
// the first two every hidden count, and every hidden increment, keeps the three values
// that are asked for, or the reader is wrong; for the third never one alone.
// Seen to fail on a release that leaves the small increment shown.
func TestCumulativeEditionsEnumerated(t *testing.T) {
	for _, june := range []string{"20", "*"} {
		t.Run(june, func(t *testing.T) {
			dir := t.TempDir()
			put(t, filepath.Join(dir, "june.csv"), "trust,a\nA,"+june+"\nB,30\n")
			all, out, known := worlds(june), map[string][]year{}, map[[2]int]string{}
			for _, y := range all {
				r, done := known[y.september()]
				if !done {
					r = release(t, dir, y.september())
					known[y.september()] = r
				}
				out[r] = append(out[r], y)
			}
			least := [3]int{99, 99, 99}
			released := 0
			for r, originals := range out {
				if r == "" || june == "*" && beyond(r) {
					continue // refused: nothing is published
				}
				released += len(originals)
				told := consistent(all, r)
				for _, what := range secret(june, r, originals) {
					least[0] = min(least[0], len(valuesOf(told, what)))
					least[2] = min(least[2], len(valuesOf(originals, what)))
					naive := valuesOf(believing(told, r), what)
					for _, y := range originals {
						if naive[what(y)] { // else this reader is wrong
							least[1] = min(least[1], len(naive))
						}
					}
				}
			}
			t.Logf("%d worlds, %d released, %d different releases; fewest values: %d told, %d taking marks for 1 to 7, %d "+
				"knowing the program",
				len(all), released, len(out), least[0], least[1], least[2])
			if least[0] < 3 || least[1] < 3 || least[2] < 2 {
				t.Error("a hidden cell keeps too few values")
			}
			if released == 0 {
				t.Error("nothing was released")
			}
			if june == "20" && release(t, dir, [2]int{23, 40}) != "A,*\nB,40" { // of disclose.txtar
				t.Errorf("23 and 40 are released as %q", release(t, dir, [2]int{23, 40}))
			}
		})
	}
}

// beyond says that a shown September lies where not every world is gone through.
func beyond(r string) bool {
	var a int
	n, _ := fmt.Sscanf(r, "A,%d", &a)
	return n == 1 && a > most+1
}

// secret are the counts that a release must not give away: those behind a mark, and
// every one of 1 to 7 that came since June.
func secret(june, r string, originals []year) (all []func(year) int) {
	if june == "*" {
		all = append(all, func(y year) int { return y.juneA })
	}
	hidden := hiddenIn(r)
	for cell := range 2 {
		more := func(y year) int { return [2]int{y.moreA, y.moreB}[cell] }
		small := false
		for _, y := range originals {
			small = small || more(y) >= 1 && more(y) <= 7
		}
		if small || hidden[cell] {
			all = append(all, more)
		}
		if hidden[cell] {
			all = append(all, func(y year) int { return y.september()[cell] })
		}
	}
	return all
}

// release is what the program publishes of September; "" when it refuses.
func release(t *testing.T, dir string, september [2]int) string {
	t.Helper()
	path := filepath.Join(dir, "september.csv")
	put(t, path, fmt.Sprintf("trust,a\nA,%d\nB,%d\n", september[0], september[1]))
	var out, errs bytes.Buffer
	Main([]string{"disclose", path, "--earlier", filepath.Join(dir, "june.csv"), "--earlier-by", "marked", "--cumulative",
		"--secondary", "--margins", "exact"}, strings.NewReader(""), &out, &errs)
	_, rows, _ := strings.Cut(strings.TrimSpace(out.String()), "\n")
	return rows
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// hiddenIn are the trusts whose September is a mark.
func hiddenIn(r string) map[int]bool {
	hidden := map[int]bool{}
	for i, row := range strings.Split(r, "\n") {
		if strings.HasSuffix(row, ",*") {
			hidden[i] = true
		}
	}
	return hidden
}

// consistent are the worlds in which the shown numbers of a release are true.
func consistent(all []year, r string) (fit []year) {
	rows := strings.Split(r, "\n")
	for _, y := range all {
		ok := true
		for i, row := range rows {
			_, shown, _ := strings.Cut(row, ",")
			ok = ok && (shown == "*" && y.september()[i] > 0 || shown == fmt.Sprint(y.september()[i]))
		}
		if ok {
			fit = append(fit, y)
		}
	}
	return fit
}

// believing are those of them for who takes each mark for 1 to 7: of the count itself,
// or where no world is left, of what came since June.
func believing(fit []year, r string) []year {
	for _, of := range []func(y year, cell int) int{
		func(y year, cell int) int { return y.september()[cell] },
		func(y year, cell int) int { return [2]int{y.moreA, y.moreB}[cell] },
	} {
		var left []year
		for _, y := range fit {
			ok := true
			for cell := range hiddenIn(r) {
				ok = ok && of(y, cell) >= 1 && of(y, cell) <= 7
			}
			if ok {
				left = append(left, y)
			}
		}
		if len(left) > 0 {
			return left
		}
	}
	return nil
}

func valuesOf(all []year, what func(year) int) map[int]bool {
	out := map[int]bool{}
	for _, y := range all {
		out[what(y)] = true
	}
	return out
}
